"""The Model Context Protocol, spoken with the official SDK: lists and calls of tools, resources and the prompt.

The emulator is asked over HTTP like by any client, in a thread, so that one that waits delays no other.
"""

from collections.abc import Mapping
from functools import partial
from typing import Any, Final

import mcp_types as types
from anyio import run, to_thread
from mcp.server.context import ServerRequestContext
from mcp.server.lowlevel.server import Server
from mcp.shared.exceptions import MCPError

from masking_emulator import __version__
from masking_emulator.agents import knowledge
from masking_emulator.agents.answers import RESOURCE_CHARS_MAX, bounded
from masking_emulator.agents.tools import EMULATED, Tool, all_tools
from masking_emulator.agents.unreadable import ReadableMessages
from masking_emulator.client import GRACE_S, Api, ApiRefused, Control, ControlRefused, Unreachable, segment
from masking_emulator.control.kernel import PREFIX, WAIT_S_MAX

#: How long an answer may take, in real seconds: longer than any operation waits.
_PATIENCE_S: Final = WAIT_S_MAX + GRACE_S

_INSTRUCTIONS: Final = """A local emulator of Plivo's Number Masking API. A world is one account with its own clock, \
number pool and sessions; `auth_id` names it, and without it the server's first world is meant. Time is the world's: \
where its clock stands, sessions expire and callbacks come only when it is advanced. Begin with show_problems."""

_Context = ServerRequestContext[Any]


def server(url: str, *, account: str | None = None, allow_writes: bool = False) -> Server[Any]:
    """An MCP server for the emulator at this URL. Without `allow_writes` it has only tools that change nothing.

    `account` is the Auth ID of the world that is meant where a tool is not told one.
    """
    answering = _Answering(url, account, {n: t for n, t in all_tools().items() if allow_writes or t.only_reads})
    return Server(
        "masking-emulator",
        version=__version__,
        instructions=_INSTRUCTIONS,
        on_list_tools=answering.list_tools,
        on_call_tool=answering.call_tool,
        on_list_resources=answering.list_resources,
        on_list_resource_templates=answering.list_templates,
        on_read_resource=answering.read_resource,
        on_list_prompts=answering.list_prompts,
        on_get_prompt=answering.get_prompt,
    )


def speak(url: str, *, account: str | None, allow_writes: bool) -> None:
    """Be such a server on stdin and stdout, until stdin ends."""
    from mcp.server.stdio import stdio_server  # a server that speaks HTTP needs none of it

    async def served() -> None:
        spoken = server(url, account=account, allow_writes=allow_writes)
        async with stdio_server() as (received, sent):
            await spoken.run(ReadableMessages(received, sent), sent, spoken.create_initialization_options())

    run(served)


class _Answering:
    """What the handlers share: where the emulator is, which world is meant, and the tools that there are."""

    def __init__(self, url: str, account: str | None, tools: Mapping[str, Tool]) -> None:
        self._url = url
        self._account = account
        self._tools = tools

    async def list_tools(self, context: _Context, params: Any) -> types.ListToolsResult:
        """Every tool."""
        del context, params
        return types.ListToolsResult(tools=[_described(tool) for tool in self._tools.values()])

    async def call_tool(self, context: _Context, params: types.CallToolRequestParams) -> types.CallToolResult:
        """Ask the emulator. A refusal is the tool's answer, so that the model can mend its call."""
        del context
        tool = self._tools.get(params.name)
        if tool is None:
            known = (
                " It changes something: start with --allow-writes, or serve --mcp write."
                if params.name in all_tools()
                else ""
            )
            return _failed(f"there is no tool {params.name[:60]!r} here.{known}")
        given = params.arguments or {}
        if unknown := [name for name in given if name not in tool.places]:
            return _failed(f"{unknown[0][:60]}: unknown; {tool.name} takes {', '.join(tool.places) or 'nothing'}")
        if missing := [name for name in tool.schema.get("required", ()) if name not in given]:
            return _failed(f"{missing[0]}: missing")
        try:
            answer = await to_thread.run_sync(partial(self._ask, tool, given))
        except (ControlRefused, ApiRefused) as refused:
            return _failed(str(refused))
        except Unreachable as error:
            return _failed(f"{error}; start one with `masking-emulator serve`")
        return types.CallToolResult(content=[types.TextContent(type="text", text=bounded(answer))])

    def _ask(self, tool: Tool, given: Mapping[str, Any]) -> Any:
        control = Control(self._url, timeout_s=_PATIENCE_S)
        placed: dict[str, dict[str, Any]] = {"path": {}, "query": {}, "body": {}}
        for name, value in given.items():
            placed[tool.places[name]][name] = value
        if "auth_id" in tool.places and not placed["path"].get("auth_id"):
            placed["path"]["auth_id"] = self._account or control.world(None).rpartition("/")[2]
        path = tool.path.format_map({name: segment(str(value)) for name, value in placed["path"].items()})
        query = {n: str(v).lower() if isinstance(v, bool) else v for n, v in placed["query"].items()}
        body = None if tool.method == "GET" else placed["body"]
        if tool.is_of_control:
            return control.ask(tool.method, path.removeprefix(PREFIX), body, query)
        auth_id = str(placed["path"]["auth_id"])
        token = control.get(f"/worlds/{segment(auth_id)}")["auth_token"]
        below = path.removeprefix(EMULATED.format(auth_id=segment(auth_id)))
        return Api(self._url, auth_id, token, timeout_s=_PATIENCE_S).ask(tool.method, below, body, query)

    async def list_resources(self, context: _Context, params: Any) -> types.ListResourcesResult:
        """What can be read without naming a world."""
        del context, params
        found = [
            types.Resource(uri=one.uri, name=one.name, description=one.description, mime_type="application/json")
            for one in knowledge.RESOURCES
        ]
        return types.ListResourcesResult(resources=found)

    async def list_templates(self, context: _Context, params: Any) -> types.ListResourceTemplatesResult:
        """What can be read of a world."""
        del context, params
        found = [
            types.ResourceTemplate(
                uri_template=one.uri, name=one.name, description=one.description, mime_type="application/json"
            )
            for one in knowledge.TEMPLATES
        ]
        return types.ListResourceTemplatesResult(resource_templates=found)

    async def read_resource(
        self, context: _Context, params: types.ReadResourceRequestParams
    ) -> types.ReadResourceResult:
        """What is there. Raises MCPError."""
        del context
        uri = str(params.uri)
        found, path = knowledge.fixed(uri), knowledge.path_of(uri)
        if path is not None:
            try:
                found = await to_thread.run_sync(partial(Control(self._url).get, path))
            except (ControlRefused, Unreachable) as error:
                raise MCPError(types.INTERNAL_ERROR, str(error)) from None
        if found is None:
            raise MCPError(types.INVALID_PARAMS, f"there is no resource {uri[:200]!r}")
        text = bounded(found, RESOURCE_CHARS_MAX)
        contents = types.TextResourceContents(uri=uri, mime_type="application/json", text=text)
        return types.ReadResourceResult(contents=[contents])

    async def list_prompts(self, context: _Context, params: Any) -> types.ListPromptsResult:
        """The one prompt."""
        del context, params
        argument = types.PromptArgument(
            name=knowledge.PROMPT_ARGUMENT, description="The session, if it is known.", required=False
        )
        prompt = types.Prompt(name=knowledge.PROMPT, description=knowledge.PROMPT_DESCRIPTION, arguments=[argument])
        return types.ListPromptsResult(prompts=[prompt])

    async def get_prompt(self, context: _Context, params: types.GetPromptRequestParams) -> types.GetPromptResult:
        """Its text. Raises MCPError."""
        del context
        if params.name != knowledge.PROMPT:
            raise MCPError(types.INVALID_PARAMS, f"there is no prompt {params.name[:60]!r}; {knowledge.PROMPT} is")
        text = knowledge.prompt((params.arguments or {}).get(knowledge.PROMPT_ARGUMENT))
        message = types.PromptMessage(role="user", content=types.TextContent(type="text", text=text))
        return types.GetPromptResult(description=knowledge.PROMPT_DESCRIPTION, messages=[message])


def _described(tool: Tool) -> types.Tool:
    hints = types.ToolAnnotations(
        title=tool.title,
        read_only_hint=tool.only_reads,
        destructive_hint=False if tool.only_reads else None,  # a reset is a POST, so nobody knows of the others
        open_world_hint=False,
    )
    return types.Tool(
        name=tool.name,
        title=tool.title,
        description=tool.description,
        input_schema=dict(tool.schema),
        annotations=hints,
    )


def _failed(reason: str) -> types.CallToolResult:
    return types.CallToolResult(content=[types.TextContent(type="text", text=reason)], is_error=True)
