"""One of PyPI's MCP clients, from 401 to a deleted memory: python_client.py mcp|mcp-sse|fastmcp URL TEXT QUERY.

The address to sign in at goes to standard output (`OPEN URL`), as a browser would be opened; the client listens on loopback for
what comes back. The last line is what it saw, as JSON.
"""
import asyncio
import json
import sys
from contextlib import asynccontextmanager
from urllib.parse import parse_qs, urlsplit

kind, url, text, query = sys.argv[1:5]


def open_page(address: str) -> None:
    print(f"OPEN {address}", flush=True)


class Storage:
    """Where the SDK keeps tokens and its registration: in this process."""

    def __init__(self):
        self.tokens = self.client = None

    async def get_tokens(self):
        return self.tokens

    async def set_tokens(self, tokens):
        self.tokens = tokens

    async def get_client_info(self):
        return self.client

    async def set_client_info(self, client):
        self.client = client


async def sdk_auth():
    from mcp.client.auth import AuthorizationCodeResult, OAuthClientProvider
    from mcp.shared.auth import OAuthClientMetadata

    arrived = asyncio.get_running_loop().create_future()

    async def called_back(reader, writer):
        target = (await reader.readline()).decode().split(" ")[1]
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
        await writer.drain()
        writer.close()
        given = {name: values[0] for name, values in parse_qs(urlsplit(target).query).items()}
        arrived.set_result(AuthorizationCodeResult(code=given["code"], state=given.get("state"), iss=given.get("iss")))

    server = await asyncio.start_server(called_back, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]

    async def redirect(address: str) -> None:
        open_page(address)

    async def callback():
        return await arrived

    metadata = OAuthClientMetadata(
        client_name="Python SDK",
        redirect_uris=[f"http://127.0.0.1:{port}/callback"],
        token_endpoint_auth_method="none",
    )
    return OAuthClientProvider(url, metadata, Storage(), redirect, callback)


@asynccontextmanager
async def connected():
    if kind == "fastmcp":
        import webbrowser

        from fastmcp import Client
        from fastmcp.client.auth import OAuth

        webbrowser.open = open_page
        async with Client(url, auth=OAuth(url)) as client:
            yield client
        return
    from mcp import Client, ClientSession
    from mcp.client.sse import sse_client
    from mcp.client.streamable_http import create_mcp_http_client, streamable_http_client

    auth = await sdk_auth()
    if kind == "mcp-sse":
        async with sse_client(url, auth=auth) as streams, ClientSession(*streams) as session:
            await session.initialize()
            yield session
    else:
        async with Client(streamable_http_client(url, http_client=create_mcp_http_client(auth=auth))) as client:
            yield client


async def main() -> None:
    async with connected() as client:
        listed = await client.list_tools()
        tools = [tool.name for tool in getattr(listed, "tools", listed)]

        async def call(name, arguments):
            result = await client.call_tool(name, arguments)
            assert not getattr(result, "is_error", getattr(result, "isError", False)), result
            structured = getattr(result, "structured_content", None)
            return structured if structured is not None else result.structuredContent

        added = await call("add_memories", {"text": text})
        found = await call("search_memory", {"query": query})
        ident = added["results"][0]["memory"]["id"]
        deleted = await call("delete_memories", {"memory_ids": [ident]})
        after = await call("search_memory", {"query": query})
        print(json.dumps({"tools": tools, "added": added, "found": found, "deleted": deleted, "after": after}), flush=True)


asyncio.run(main())
