/** Lines of the server's log. */

export type Level = "trace" | "debug" | "info" | "warn" | "error";

/** The time that the server writes before each line, which VS Code's log writes, too; then the level. */
const LINE = /^\d{4}-\d\d-\d\dT[\d:.]+Z\s+(TRACE|DEBUG|INFO|WARN|ERROR)\s+/;

/** A line's level, and what it says. What the server did not log itself, such as a panic, is an error. */
export function read(line: string): { readonly level: Level; readonly text: string } {
    const found = LINE.exec(line);
    return found === null
        ? { level: "error", text: line }
        : { level: found[1]?.toLowerCase() as Level, text: line.slice(found[0].length) };
}
