// What the API answers, as docs/http.md has it: names for the types, and nothing that runs.

/** @typedef {{deployment: string, region: string, api: string, read_only: boolean, endpoint: string | null, login?: Login}} Context */
/** @typedef {{authority: string, client_id: string, scopes: string[]}} Login */

/** @typedef {{type: string, message: string}} TaskError */
/** @typedef {{id: string, task: string | null, state: string, error: TaskError | null, queue: string | null, attempt: number, started_at: string | null, done_at: string | null}} TaskSummary */
/** @typedef {{tasks: TaskSummary[], next: string | null, listed?: string[] | null}} TaskPage */
/** @typedef {TaskSummary & {result: unknown, result_omitted?: string, meta: unknown, children: string[], root_id?: string | null, parent_id?: string | null, group_id?: string | null, traceback?: string | null}} TaskDocument */
/** @typedef {{id: string, task: string | null, state: string, parent_id: string | null, group_id: string | null, queue: string | null, attempt: number, started_at: string | null, done_at: string | null, error: TaskError | null}} Relative */
/** @typedef {{task: TaskDocument, message: Record<string, unknown> | string | null, message_omitted?: string, family: Relative[], family_is_cut: boolean}} Story */
/** @typedef {{at: string, worker: string, level: string | null, message: string, attempt: number | null, state: string | null, duration_s: number | null, receives: number | null, traceback: string | null, fields: Record<string, unknown>}} LogLine */
/** @typedef {{lines: LogLine[], is_cut: boolean}} TaskLog */

/** @typedef {{name: string, worker: string, waiting: number, in_flight: number, delayed: number, dead: number | null, oldest_s: number | null, paused: boolean | null, exists?: boolean}} Queue */
/** @typedef {{queues: Queue[]}} QueueList */
/** @typedef {{queue: string, purged: number}} Purged */
/** @typedef {{queue: string, moved: number, done: boolean}} Moved */

/** @typedef {{name: string, queues: string[], state: string | null, memory_mb: number | null, timeout_s: number | null, reserved_concurrency: number | null, concurrency: number | null, tasks: string[], python: string | null, library: string | null}} Worker */
/** @typedef {{workers: Worker[]}} WorkerList */

/** @typedef {{name: string, task: string, schedule: Record<string, unknown>, timezone?: string | null, args: unknown[], kwargs: Record<string, unknown>, options: Record<string, unknown>, enabled: boolean, declared_by: string | null, next_runs: string[]}} Schedule */
/** @typedef {{schedules: Schedule[]}} ScheduleList */

/** @typedef {(number | null)[]} Values */
/** @typedef {{name: string, waiting: Values, oldest_s: Values, dead: Values}} QueueFigures */
/** @typedef {{worker: string, task: string | null, received: Values, succeeded: Values, failed: Values, retried: Values, revoked: Values, duration_p50_s: Values, duration_p95_s: Values, time_in_queue_p95_s: Values}} WorkerFigures */
/** @typedef {{since: string, until: string, period_s: number, times: string[], queues: QueueFigures[], workers: WorkerFigures[]}} Figures */

/** @typedef {{detail: string, index?: number, pointer?: string, parameter?: string, id?: string}} Fault */

export {};
