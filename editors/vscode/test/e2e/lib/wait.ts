/** Waiting for what can only be looked at. */

/**
 * Milliseconds after which a wait fails. No wait takes longer than what it waits for; this much is for a machine whose
 * cores are taken.
 */
export const LIMIT = 90_000;

const PAUSE = 40;

/**
 * Looks until the answer is neither `undefined`, `null`, `false` nor an empty text, and returns it.
 *
 * @param what completes "waited in vain for …".
 * @param seen what there is instead, told when the wait fails.
 */
export async function until<T>(
    what: string,
    look: () => Promise<T> | T,
    seen?: () => unknown,
): Promise<Exclude<NonNullable<T>, false>> {
    const start = Date.now();
    for (;;) {
        const found = await look();
        if (found !== undefined && found !== null && found !== false && found !== "") {
            return found as Exclude<NonNullable<T>, false>;
        }
        if (Date.now() - start > LIMIT) {
            const instead = seen ? `; there was ${JSON.stringify(await seen(), null, 1)}` : "";
            throw new Error(`waited ${LIMIT / 1000} s in vain for ${what}${instead}`);
        }
        await pause(PAUSE);
    }
}

/** Lets other work go on for so many milliseconds. Only for loops that look again. */
export function pause(milliseconds: number): Promise<void> {
    return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
