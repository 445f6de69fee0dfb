"""FastMCP with one tool behind a bearer token, on the port that PORT names: what others run in place of this."""
import os

from fastmcp import FastMCP
from fastmcp.server.auth import StaticTokenVerifier
from starlette.responses import JSONResponse

auth = StaticTokenVerifier(tokens={"bench-token": {"client_id": "bench", "scopes": []}})
mcp = FastMCP("bench", auth=auth)


@mcp.tool
def whoami() -> dict[str, str]:
    return {"id": "somebody", "name": "Ada", "email": "ada@example.com"}


@mcp.custom_route("/health", methods=["GET"])
async def health(_request):
    return JSONResponse({"status": "ok"})


mcp.run(
    transport="http",
    host="127.0.0.1",
    port=int(os.environ["PORT"]),
    stateless_http=True,
    json_response=True,
    show_banner=False,
    log_level="ERROR",
)
