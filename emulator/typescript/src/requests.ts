import { inspect } from "node:util";
import { WAIT_S } from "./callbacks.js";
import type { Control } from "./control.js";
import { ControlRefused, notSo } from "./errors.js";
import { requestLine } from "./lines.js";
import { strangeLines } from "./strange.js";
import type { Answer, ApiRequest, Criteria, Schema, Verification } from "./types.js";

const LISTED_MAX = 1000;

/** What the control API answers where too few or too many matched, or none in time. */
const NOT_SO = 409;

/** The API requests that arrived. Every method rejects with Unreachable, ControlRefused. */
export class Requests {
  private readonly path: string;

  constructor(
    private readonly control: Control,
    private readonly world: string,
  ) {
    this.path = `${world}/requests`;
  }

  /** The requests that match, oldest first, each with its answer, `reason` and `unread` fields. */
  async all(criteria: Criteria = {}): Promise<ApiRequest[]> {
    const query = { ...asQuery(criteria), limit: LISTED_MAX };
    return (await this.control.get<Answer<"list_requests">>(this.path, query)).requests;
  }

  /** How many requests match. */
  async count(criteria: Criteria = {}): Promise<number> {
    return (await this.control.get<Answer<"count_requests">>(`${this.path}/count`, asQuery(criteria))).count;
  }

  /**
   * Rejects with an AssertionError where not as many requests match as expected (`count`, `at_least`, `at_most`);
   * without a number, at least one.
   *
   * It says how the nearest ones differ, what arrived, and which fields nothing read.
   */
  async verify(expected: Verification): Promise<void> {
    await this.explaining(this.control.post(`${this.path}/verify`, expected));
  }

  /** The first request that matches, once it has arrived; waits up to `timeout` real seconds, as `verify` fails. */
  async waitFor({ timeout = WAIT_S, ...criteria }: Criteria & { timeout?: number }): Promise<ApiRequest> {
    const asked = this.control.wait<Answer<"await_request">>(`${this.path}/wait`, timeout, asQuery(criteria));
    return (await this.explaining(asked)).requests[0] as ApiRequest;
  }

  private async explaining<T>(asked: Promise<T>): Promise<T> {
    try {
      return await asked;
    } catch (refused) {
      if (!(refused instanceof ControlRefused) || refused.status !== NOT_SO) {
        throw refused;
      }
      throw notSo([...explained(refused), ...(await strangeLines(this.control, this.world))]);
    }
  }
}

function asQuery({ body, ...criteria }: Criteria): Record<string, string | number | undefined> {
  return { ...criteria, ...(body === undefined ? {} : { body: JSON.stringify(body) }) };
}

/** The refusal, near misses with their differences, and what arrived. */
function explained(refused: ControlRefused): string[] {
  const { near_misses = [], arrived = [] } = refused.answer as Partial<Schema<"VerificationFailure">>;
  const near = near_misses.map(({ request, differences }) => {
    const differing = differences.map((one) => `${one.field} is ${inspect(one.actual)}, not ${inspect(one.expected)}`);
    return `  near: ${requestLine(request)}: ${differing.join(", ")}`;
  });
  const came = arrived.map((request) => `  arrived: ${requestLine(request)}`);
  return [refused.message, ...near, ...(came.length > 0 ? came : ["  nothing arrived"])];
}
