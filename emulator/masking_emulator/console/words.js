// The control API's lists that the page repeats, in its own order. tests/test_words.py compares.

export const OPEN_STATES = ["waiting", "retrying", "held"];
export const STATES = [...OPEN_STATES, "delivered", "failed", "blocked", "dropped", "kept"];

export const OPERATIONS = [
  "create_session",
  "delete_recording",
  "delete_session",
  "get_call",
  "get_number",
  "get_recording",
  "get_session",
  "list_calls",
  "list_numbers",
  "list_recordings",
  "list_sessions",
  "update_session",
];

export const FAULT_TIMES = ["before", "after"];
export const FAULT_BODIES = ["truncated", "malformed", "empty"];
export const FAULT_CONNECTIONS = ["drop", "reset"];

export const PLAYED_TO_THE_FIRST_LEG = ["pin_prompt", "incorrect_pin", "unknown_caller"];
