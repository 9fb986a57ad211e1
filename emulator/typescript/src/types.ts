import type { components, operations } from "./control-api.js";

/** A schema of the control API, by its name in the OpenAPI document. */
export type Schema<Name extends keyof components["schemas"]> = components["schemas"][Name];

type Responses<Id extends keyof operations> = operations[Id]["responses"];

/** What an operation answers where it succeeds. */
export type Answer<Id extends keyof operations> = {
  [Status in keyof Responses<Id>]: Status extends 200 | 201
    ? Responses<Id>[Status] extends { content: { "application/json": infer Content } }
      ? Content
      : never
    : never;
}[keyof Responses<Id>];

/** What an operation takes as its body. */
export type Body<Id extends keyof operations> = operations[Id] extends {
  requestBody?: { content: { "application/json": infer Content } };
}
  ? Content
  : never;

/** A callback as the emulator sent it, or tried to, with every attempt. */
export type Callback = Schema<"Callback">;
/** An API request as it arrived, with its answer and the fields that nothing read. */
export type ApiRequest = Schema<"Request">;
/** What fits on a line about an API request. */
export type RequestSummary = Schema<"RequestSummary">;
/** A simulated call with its legs. */
export type SimulatedCall = Schema<"SimulatedCall">;
/** An event of the journal. */
export type JournalEvent = Schema<"Event">;
/** A fault with its id, its state and its counts. */
export type Fault = Schema<"PlacedFault">;
/** A number of the pool with its use. */
export type PoolNumber = Schema<"PoolNumber">;
/** Why a session has its number: every candidate, and why it was dropped. */
export type Explanation = Schema<"Explanation">;
/** What a create would come to: a session, or a refusal, with every candidate. */
export type Foreseen = Answer<"explain_create">;
/** The whole state of a world. */
export type Snapshot = Schema<"Snapshot">;
/** A callback event, by the vendor's name. */
export type EventName = Callback["event"];
/** How far a callback has come. */
export type CallbackState = Callback["state"];

/** How a call goes; what is left out, the phones' habits decide. Times are seconds. */
export type CallScript = Omit<Body<"place_simulated_call">, "from" | "to">;
/** What a phone does when it is called. Times are seconds. */
export type PhoneHabits = Body<"set_phone">;
/** What goes wrong with API requests, and when. */
export type FaultWish = Body<"add_fault">;
/** A rule of the callback laboratory. */
export type CallbackRule = NonNullable<Body<"set_policy">["rules"]>[number];
/** The parameters of a create, as on the vendor's page. */
export type SessionFields = Body<"create_session">;
/** What a triggered story has otherwise than usual. */
export type StoryOverrides = NonNullable<Body<"trigger_event">["overrides"]>;
/** How many API requests are expected, and which; `body` and `query` are parts of it, `path` may hold `*`. */
export type Verification = Body<"verify_requests">;
/** Which API requests. */
export type Criteria = Omit<Verification, "count" | "at_least" | "at_most" | "query">;

/** Which callbacks: of an event, of a session (its UUID), in a state, with an id above `after`. */
export interface CallbackFilters {
  event?: EventName | undefined;
  session?: string | undefined;
  state?: CallbackState | "any" | undefined;
  after?: number | undefined;
}
