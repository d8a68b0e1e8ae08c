/** What the server speaks beside the standard, as lsp/PROTOCOL.md describes it. */

/** Positions count UTF-16 code units, the one encoding that VS Code has. */
export interface Position {
    readonly line: number;
    readonly character: number;
}

export interface Range {
    readonly start: Position;
    readonly end: Position;
}

/** `codegen/status`. */
export interface Status {
    readonly busy: boolean;
    readonly kind: "Normal" | "Error" | "Warning" | "Inactive";
    readonly message: string;
    readonly command?: { readonly title: string; readonly command: string; readonly arguments?: readonly unknown[] };
    readonly model: string | null;
    readonly device: string | null;
    readonly layers: { readonly gpu: number; readonly all: number } | null;
    readonly percent: number | null;
}

/** `codegen/partial`: the code of a turn as far as it is written. */
export interface Partial {
    readonly id: number;
    readonly uri: string;
    readonly prompt: string;
    /** The prompt's. */
    readonly range: Range;
    readonly candidate: number | null;
    readonly text: string;
    readonly tokens: number;
    readonly done: boolean;
}

/** The argument of the commands on one turn. */
export interface TurnArgument {
    readonly uri: string;
    readonly position: Position;
}

export interface Score {
    readonly parses: boolean;
    readonly missing: readonly string[];
    readonly shadows: readonly string[];
    readonly drops: readonly string[];
    /** The mean natural-log probability of its tokens. */
    readonly meanLogprob: number;
    readonly run: boolean;
    readonly raised: string | null;
}

export interface Stats {
    readonly promptTokens: number;
    readonly reusedTokens: number;
    readonly droppedTokens: number;
    readonly generatedTokens: number;
    readonly meanLogprob: number;
    readonly prefillMs: number;
    readonly decodeMs: number;
    readonly reason: string;
}

export interface Candidate {
    /** Its number among those that were sampled: what `codegen.accept` takes. */
    readonly index: number;
    readonly text: string;
    /** How many of those sampled were the same. */
    readonly copies: number;
    /** Whether it stands in the buffer. */
    readonly current: boolean;
    readonly score: Score;
    readonly stats: Stats;
}

/** The answer to `codegen.candidates`. */
export interface Candidates {
    readonly outcome: string;
    readonly message: string | null;
    readonly candidates: readonly Candidate[];
    /** Lines of the user's own that a candidate could only be written in place of. */
    readonly replaces: number;
}

export interface History {
    readonly kept: readonly string[];
    readonly dropped: readonly string[];
    readonly preambleCut: boolean;
}

/** The answer to `codegen.explainTurn`, where there is a turn. */
export interface Explanation {
    readonly prompt: string;
    readonly promptText: string | null;
    readonly promptTokens: number | null;
    readonly history: History | null;
    readonly state: "empty" | "generated" | "edited" | "stale" | "failed";
    readonly failure: string | null;
    readonly made: null | {
        readonly model: string;
        readonly sampling: {
            readonly temperature: number;
            readonly topP: number;
            readonly topK: number;
            readonly seed: number;
        };
        readonly maxTokens: number;
        readonly promptText: string;
        readonly history: History;
        readonly stats: Stats;
        readonly raised: string | null;
    };
}

export interface Suggestions {
    readonly suggested: number;
    readonly shown: number;
    readonly accepted: number;
    readonly partlyAccepted: number;
    readonly acceptance: number | null;
    readonly checked: number;
    readonly kept: number;
    readonly retention: number | null;
    readonly latency: { readonly answers: number; readonly p50: number | null; readonly p95: number | null };
}

export interface Report {
    readonly asked: { readonly automatic: number; readonly invoked: number; readonly menu: number };
    readonly all: Suggestions;
    readonly kinds: Readonly<Record<string, Suggestions>>;
    readonly sources: Readonly<
        Record<string, { share: number | null; answers: number; p50: number | null; p95: number | null }>
    >;
    readonly refusals: readonly { readonly name: string; readonly count: number }[];
    readonly characters: {
        readonly model: number;
        readonly hand: number;
        readonly other: number;
        readonly share: number | null;
    };
    readonly tokens: { readonly decoded: number; readonly read: number; readonly reused: number };
    readonly preparations: { readonly made: number; readonly used: number };
}

/** The answer to `codegen/stats`. */
export interface Statistics {
    readonly enabled: boolean;
    readonly folder: string | null;
    readonly days: number;
    readonly since: string;
    readonly report: Report;
    readonly session: Report;
    readonly problems: readonly string[];
}
