"""An emulator for agents: the control API as tools of the Model Context Protocol, what is worth reading as resources.

`tools` makes the tools from OpenAPI, `answers` keeps what they return short, `knowledge` has resources and the prompt,
`protocol` speaks MCP with the official SDK, `endpoint` serves it over HTTP. Nothing here is loaded unless it is asked
for, and only `protocol` and `endpoint` need the SDK (the extra `mcp`).
"""
