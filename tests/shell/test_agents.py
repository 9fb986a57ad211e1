"""Agents: the SDK's own client over both transports, what it may do, and how long an answer may be."""

import asyncio
import json
import re
import subprocess
import sys
from collections.abc import Awaitable, Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, Final

import httpx
import mcp_types
import pytest
from masking_emulator.agents import knowledge
from masking_emulator.agents.answers import ANSWER_CHARS_MAX, RESOURCE_CHARS_MAX, bounded
from masking_emulator.agents.tools import all_tools
from masking_emulator.control.openapi import document
from masking_emulator.server.thread import ServerThread
from masking_emulator.testing import Emulator
from mcp import Client
from mcp.client.stdio import StdioServerParameters
from mcp.shared.exceptions import MCPError

from tests.plivo.ask import Api
from tests.reference.commands import is_our_command
from tests.shell.asking import control, create, good
from tests.shell.process import run, serving
from tests.shell.telling import end
from tests.snippets import run_page

_MODULE: Final = ("-m", "masking_emulator")

Act = Callable[[Client], Awaitable[Any]]


def over_stdio(api: Api, act: Act, *options: str) -> Any:
    """What the act comes to with a client that launches `mcp`."""
    words = [*_MODULE, "mcp", "--url", api.url, "--account", api.auth_id, *options]
    return _acted(StdioServerParameters(command=sys.executable, args=words), act)


def _acted(server: StdioServerParameters | str, act: Act) -> Any:
    async def connected() -> Any:
        async with Client(server) as client:
            return await act(client)

    return asyncio.run(connected())


def text_of(result: Any) -> str:
    """The one text of a result."""
    (content,) = result.content
    assert isinstance(content, mcp_types.TextContent)
    return content.text


def test_line_that_is_no_message_is_answered(api: Api) -> None:
    """As JSON-RPC says, before the first request too, and what follows is served; an empty line means nothing."""
    hello = {"protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": {"name": "test", "version": "1"}}
    begin = json.dumps({"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": hello})
    lines = ["{garbage", begin, "", '{"hello": 1}', "[1", json.dumps({"jsonrpc": "2.0", "id": 2, "method": "ping"})]
    command = [sys.executable, *_MODULE, "mcp", "--url", api.url]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, text=True, stdin=pipe, stdout=pipe, stderr=pipe) as spoken:
        assert spoken.stdin is not None
        assert spoken.stdout is not None
        spoken.stdin.write("\n".join([*lines, ""]))
        spoken.stdin.flush()
        answers = [json.loads(spoken.stdout.readline()) for _ in range(5)]
        said = spoken.communicate(timeout=60)

    errors = [(one["id"], one["error"]["code"]) for one in answers if "error" in one]

    assert [(None, -32700), (None, -32600), (None, -32700)] == errors
    assert [1, 2] == sorted(one["id"] for one in answers if "result" in one)
    assert "the line is no JSON: " in answers[0]["error"]["message"]
    assert ("", "") == said


def test_agent_finds_out_why_a_callback_did_not_arrive(api: Api) -> None:
    """With tools that only read, over stdin and stdout: it is a public URL, so it was not sent."""
    end(api, "https://shop.example.com/cb")

    async def look(client: Client) -> tuple[str, Any]:
        problems = text_of(await client.call_tool("show_problems", {}))
        found = await client.call_tool("list_callbacks", {"state": "blocked", "limit": 1})
        return problems, json.loads(text_of(found))["callbacks"]

    problems, callbacks = over_stdio(api, look)

    assert "shop.example.com" in problems
    assert ["blocked"] == [one["state"] for one in callbacks]


@pytest.fixture(scope="module")
def offering() -> Iterator[str]:
    """The URL of a server that offers itself to agents."""
    with serving("--mcp", "read") as (_, url):
        yield url


@pytest.mark.parametrize("protocol", ["auto", "legacy"])
def test_server_offers_itself_over_http(offering: str, protocol: Any) -> None:
    """At its own address, in the newest form of the protocol and in the one that today's clients have."""

    async def look() -> tuple[set[str], str]:
        async with Client(f"{offering}/_emulator/mcp", mode=protocol) as client:
            tools = {tool.name for tool in (await client.list_tools()).tools}
            return tools, text_of(await client.call_tool("show_clock", {}))

    tools, clock = asyncio.run(look())

    assert {tool.name for tool in all_tools().values() if tool.only_reads} == tools
    assert "now" in json.loads(clock)


def test_without_leave_nothing_can_be_changed(api: Api) -> None:
    """Tools that change something are not offered, are refused by name, and are there once they are allowed."""

    async def break_it(client: Client) -> tuple[list[mcp_types.Tool], Any]:
        tools = (await client.list_tools()).tools
        return tools, await client.call_tool("add_fault", {"operation": "create_session", "status": 503})

    offered, refused = over_stdio(api, break_it)
    untouched = good(control(api, "GET", "{w}/faults"))["faults"]
    allowed, done = over_stdio(api, break_it, "--allow-writes")

    assert all(tool.annotations.read_only_hint for tool in offered)
    assert set(all_tools()) == {tool.name for tool in allowed}
    assert (True, []) == (refused.is_error, untouched)
    assert "--allow-writes" in text_of(refused)
    assert not done.is_error
    assert [503] == [fault["status"] for fault in good(control(api, "GET", "{w}/faults"))["faults"]]


def test_agent_creates_a_session_and_plays_a_call(api: Api) -> None:
    """The emulated API too is asked, with the world's own credentials."""

    async def play(client: Client) -> tuple[Any, Any]:
        body = {"first_party": "+12025550101", "second_party": "+12025550102"}
        made = json.loads(text_of(await client.call_tool("create_session", body)))
        call = {"from": "+12025550101", "to": made["virtual_number"], "talk_s": 20}
        await client.call_tool("place_simulated_call", call)
        await client.call_tool("advance_clock", {"seconds": 60})
        got = await client.call_tool("get_session", {"session_uuid": made["session_uuid"]})
        return made, json.loads(text_of(got))["response"]

    made, got = over_stdio(api, play, "--allow-writes")

    assert made["session_uuid"] == got["session_uuid"]
    assert 1 == len(got["interaction"])


#: A call of a tool that is refused, and the reason.
_REFUSED: Final[Sequence[tuple[str, dict[str, Any], str]]] = [
    ("show_world", {"auth_id": "MAEMULATORNOBODY0000"}, "no world has the Auth ID"),
    ("show_request", {"sequence": "x"}, "sequence: "),
    ("show_request", {}, "sequence: missing"),
    ("list_callbacks", {"stat": "blocked"}, "stat: unknown; list_callbacks takes auth_id, event"),
    ("get_session", {"session_uuid": "x/../y"}, "404 "),
    ("nothing", {}, "there is no tool 'nothing' here"),
]


@pytest.fixture(scope="module")
def refusals(emulator: ServerThread) -> list[Any]:
    """What one client of one process gets for each of those calls."""

    async def ask(client: Client) -> list[Any]:
        return [await client.call_tool(tool, given) for tool, given, _ in _REFUSED]

    words = [*_MODULE, "mcp", "--url", emulator.url]
    answers: list[Any] = _acted(StdioServerParameters(command=sys.executable, args=words), ask)
    return answers


@pytest.mark.parametrize("number", range(len(_REFUSED)), ids=[f"{tool}: {reason}" for tool, _, reason in _REFUSED])
def test_refusal_is_an_answer_that_a_model_can_mend(refusals: list[Any], number: int) -> None:
    """The field and the reason, as a failed call of the tool and never as a failure of the protocol."""
    result = refusals[number]

    assert result.is_error
    assert _REFUSED[number][2] in text_of(result)


def test_tools_are_there_before_the_emulator_is(nobody: str) -> None:
    """An agent is often started first; what it asks then says what to start."""
    words = [*_MODULE, "mcp", "--url", nobody]

    async def look(client: Client) -> tuple[int, Any]:
        return len((await client.list_tools()).tools), await client.call_tool("health", {})

    count, result = _acted(StdioServerParameters(command=sys.executable, args=words), look)

    assert count > 20
    assert result.is_error
    assert "masking-emulator serve" in text_of(result)


def test_resources_are_what_they_say(api: Api) -> None:
    """Those of the emulator, those of a world, and an address that there is not."""
    create(api, 0, 1)

    async def read(client: Client) -> tuple[dict[str, Any], Any, str]:
        listed = [str(one.uri) for one in (await client.list_resources()).resources]
        templates = [one.uri_template for one in (await client.list_resource_templates()).resource_templates]
        of_world = [template.format(auth_id=api.auth_id) for template in templates]
        found = {uri: (await client.read_resource(uri)).contents[0] for uri in (*listed, *of_world)}
        with pytest.raises(MCPError) as refused:
            await client.read_resource("masking-emulator://nowhere")
        return found, templates, str(refused.value)

    found, templates, refused = over_stdio(api, read)

    assert {one.uri for one in knowledge.RESOURCES} <= set(found)
    assert 4 == len(templates)
    assert all(json.loads(one.text) and len(one.text) <= RESOURCE_CHARS_MAX for one in found.values())
    assert "SessionCreated" in found[f"masking-emulator://worlds/{api.auth_id}/journal"].text
    assert "nowhere" in refused


def test_prompt_names_tools_that_there_are(api: Api) -> None:
    """And the session that it is about."""

    async def get(client: Client) -> tuple[list[str], str]:
        (prompt,) = (await client.list_prompts()).prompts
        got = await client.get_prompt(prompt.name, {"session_uuid": "3f2a"})
        content = got.messages[0].content
        assert isinstance(content, mcp_types.TextContent)
        return [tool.name for tool in (await client.list_tools()).tools], content.text

    tools, text = over_stdio(api, get)
    named = {word for word in text.split("`")[1::2] if "_" in word and "=" not in word}

    assert "session 3f2a" in text
    assert named <= set(tools)


def test_every_operation_is_a_tool_with_one_place_for_each_key() -> None:
    """A new control operation is offered without a line here; no key is in two places; each says what it does."""
    tools = all_tools()
    operations = {
        operation["operationId"]: operation
        for path, item in document()["paths"].items()
        for operation in item.values()
        if path.startswith("/_emulator/")
    }
    without = set(operations) - set(tools)
    keys = {
        name: [*(parameter["name"] for parameter in operation["parameters"]), *_body_keys(operation)]
        for name, operation in operations.items()
    }

    assert {"follow_journal", "take_snapshot", "put_snapshot"} == without
    assert [] == [name for name, found in keys.items() if len(found) != len(set(found))]
    assert [] == [tool.name for tool in tools.values() if len(tool.description) < 12]


def _body_keys(operation: Any) -> list[str]:
    content = operation.get("requestBody", {"content": {}})["content"].get("application/json", {})
    return list(content.get("schema", {}).get("properties", {}))


def test_long_answer_is_cut_and_says_so() -> None:
    """Whole items of the longest list, from its start; what is short beside it stays."""
    whole: dict[str, Any] = {
        "events": [{"sequence": number, "text": "x" * 100} for number in range(1_000)],
        "last": 1_000,
        "few": [1],
    }
    text = bounded(whole)
    answer = json.loads(text)

    assert ANSWER_CHARS_MAX * 0.9 < len(text) <= ANSWER_CHARS_MAX
    assert whole["events"][: len(answer["events"])] == answer["events"]
    assert (1_000, [1]) == (answer["last"], answer["few"])
    assert f"the first {len(answer['events'])} of 1,000" in answer["cut"]["events"]


@pytest.mark.parametrize("answer", [{"rows": {"a": ["y" * 30_000]}}, {"text": "z" * 30_000}, ["w"] * 30_000])
def test_answer_without_small_items_is_cut_all_the_same(answer: Any) -> None:
    """It says how long it was."""
    text = bounded(answer)

    assert len(text) <= ANSWER_CHARS_MAX
    assert "cut" in text[-200:]


def test_short_answer_is_whole() -> None:
    """To the last character that fits."""
    answer = {"text": "x" * (ANSWER_CHARS_MAX - len('{"text":""}'))}

    assert answer == json.loads(bounded(answer))


def test_foreign_page_asks_nothing() -> None:
    """A page in the browser could otherwise use the tools."""
    with serving("--mcp", "write") as (_, url):
        done = run("status", "--url", url)
        answer = httpx.post(f"{url}/_emulator/mcp", json={}, headers={"Origin": "https://evil.example"})

    assert 0 == done.returncode
    assert 403 == answer.status_code


def test_server_without_the_option_has_no_such_path(api: Api) -> None:
    """As for any other that there is not."""
    assert 404 == httpx.post(f"{api.url}/_emulator/mcp", json={}).status_code


def test_option_takes_two_values() -> None:
    """Anything else is refused before the server starts."""
    assert "'all' is not one of 'read', 'write'" in run("serve", "--mcp", "all").stderr


def test_snippets_of_the_skill_run(tmp_path: Path) -> None:
    """As an agent would run them, one after the other."""
    run_page("emulator/masking_emulator/cli/templates/skill/SKILL.md", tmp_path)


def test_skill_names_what_there_is() -> None:
    """Also what no snippet of it runs: the kit's methods, and the verbs of the command."""
    text = run("skill").stdout
    methods = set(re.findall(r"`masking\.([a-z_.]+)\(", text))
    lines = re.findall(r"`(masking-emulator [a-z][^`]*)`", text)

    assert {"advance", "call", "trigger", "faults.add", "route"} <= methods
    with Emulator() as masking:
        assert [] == [name for name in methods if not callable(_found(masking, name))]
    assert [] == [line for line in lines if not is_our_command(line.split())]


def _found(thing: object, path: str) -> object:
    for name in path.split("."):
        thing = getattr(thing, name, None)
    return thing


def test_skill_is_one_that_agents_read() -> None:
    """Its head names it and says when to use it; it is short."""
    text = run("skill").stdout
    head, _, rest = text.removeprefix("---\n").partition("\n---\n")

    assert {"name", "description"} == {line.partition(":")[0] for line in head.splitlines()}
    assert len(text) < 4_000
    assert rest.lstrip().startswith("# ")
