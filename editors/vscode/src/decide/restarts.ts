/** Whether a server that has ended by itself is started again. */

/** How long an end counts, in milliseconds. */
export const WINDOW = 3 * 60 * 1000;
/** Delays before the first, second and third start after an end, in milliseconds. */
const DELAYS = [500, 2000, 8000] as const;

export type Decision = { readonly restartAfter: number } | { readonly giveUp: true };

/** Remembers the ends of a server. */
export class Restarts {
    private ends: readonly number[] = [];

    /** Takes in an end at `now`, in milliseconds. */
    ended(now: number): Decision {
        this.ends = [...this.ends.filter((end) => now - end < WINDOW), now];
        const delay = DELAYS[this.ends.length - 1];
        return delay === undefined ? { giveUp: true } : { restartAfter: delay };
    }

    /** Forgets all ends, since the user has started the server anew. */
    reset(): void {
        this.ends = [];
    }
}
