"""The Bot API over HTTP."""

import asyncio
import inspect
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, Final

import httpx
from starlette.applications import Starlette
from starlette.requests import ClientDisconnect
from starlette.requests import Request as HttpRequest
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import BaseRoute, Route

from channels.rehearsal.server import serve
from tests.support.telegram.errors import Rejected, too_many_requests
from tests.support.telegram.faults import Fault
from tests.support.telegram.journal import Request
from tests.support.telegram.methods import (
    callbacks,
    chats,
    editing,
    members,
    pins,
    polling,
    profiles,
    sending,
    table,
    topics,
)
from tests.support.telegram.parameters import read
from tests.support.telegram.world import World

GROUPS_OF_METHODS: Final = (callbacks, chats, editing, members, pins, polling, profiles, sending, topics)
SECRET_HEADER: Final = "X-Telegram-Bot-Api-Secret-Token"
_ERROR_PAGE: Final = "<html><head><title>{0}</title></head><body><h1>{0}</h1></body></html>"


@dataclass(frozen=True, slots=True)
class BotApi:
    """The server of one world: ``base_url`` and ``base_file_url`` are what python-telegram-bot asks for."""

    world: World
    address: str

    @property
    def base_url(self) -> str:
        return f"{self.address}/bot"

    @property
    def base_file_url(self) -> str:
        return f"{self.address}/file/bot"

    async def push(self, client: httpx.AsyncClient, *, to: str | None = None) -> httpx.Response:
        """POST the oldest waiting update to the webhook, or to ``to`` where its address cannot be reached."""
        hook = self.world.updates.webhook
        headers = {SECRET_HEADER: hook.secret} if hook.secret else {}
        return await client.post(to or hook.url, json=self.world.updates.push(), headers=headers)


@asynccontextmanager
async def serving(world: World, port: int = 0, *more: BaseRoute) -> AsyncIterator[BotApi]:
    """Serve a world on loopback until the block ends.

    Raises:
        ExceptionGroup: The server itself broke meanwhile.
    """
    doors = Doors(world)
    routes = [
        *more,
        Route("/bot{token}/{method}", doors.call, methods=["GET", "POST"]),
        Route("/file/bot{token}/{path:path}", doors.download),
    ]
    async with serve(Starlette(routes=routes), port) as address:
        try:
            yield BotApi(world, address)
        finally:
            world.faults.clear()
    if world.defects:
        raise ExceptionGroup("defects of this server", world.defects)


class HungUp(Exception):
    """The connection is to be dropped without an answer."""


class Doors:
    """Takes requests, lets the ordered faults strike, and answers."""

    def __init__(self, world: World) -> None:
        self._world = world

    async def call(self, http: HttpRequest) -> Response:
        """One method of the Bot API."""
        request = Request(http.path_params["method"], {}, self._world.clock.ticks())
        self._world.journal.requests.append(request)
        try:
            response = await self._answer(http, request)
        except Rejected as rejected:
            request.description = rejected.description
            response = JSONResponse(rejected.body, rejected.status)
        except (HungUp, ClientDisconnect):
            http.state.hang_up()
            return Response()
        except Exception as defect:
            self._world.defects.append(defect)
            raise
        request.answered, request.status = self._world.clock.ticks(), response.status_code
        return response

    async def download(self, http: HttpRequest) -> Response:
        """The bytes of a file that ``getFile`` named."""
        content = self._world.files.at(http.path_params["path"])
        if http.path_params["token"] != self._world.token or content is None:
            return JSONResponse(Rejected("Not Found", 404).body, 404)
        return Response(content, media_type="application/octet-stream")

    async def _answer(self, http: HttpRequest, request: Request) -> Response:
        if http.path_params["token"] != self._world.token:
            raise Rejected("Unauthorized", 401)
        method = table.METHODS.get(request.method)
        if method is None:
            raise Rejected("Not Found: method not found", 404)
        request.parameters = read(http.headers.get("content-type", ""), http.url.query, await http.body())
        fault = self._world.faults.strike(request.method, _number(request.parameters.get("chat_id")))
        spoilt = await self._before(fault)
        return spoilt or await self._after(fault, await self._carry_out(method, http, request))

    async def _carry_out(self, method: table.Method, http: HttpRequest, request: Request) -> Any:
        parameters, uploads = method.read(request.parameters)
        request.parameters = {**parameters, **uploads}
        self._check_haste(request, parameters)
        files = {"uploads": uploads} if method.takes_files else {}
        result = method.function(self._world, **parameters, **files)
        request.result = await _unless_gone(http, result) if inspect.iscoroutine(result) else result
        request.accepted = True
        self._world.journal.write(request)
        return request.result

    def _check_haste(self, request: Request, parameters: dict[str, Any]) -> None:
        chat = self._world.find_chat(parameters.get("chat_id", 0))
        if chat is None or request.method not in sending.SENDS:
            return
        refusal = self._world.refuse_haste(request, chat, len(parameters.get("media", "1")))
        if refusal is not None:
            raise refusal

    async def _before(self, fault: Fault | None) -> Response | None:
        match fault:
            case Fault(kind="too_many_requests"):
                raise too_many_requests(fault.retry_after)
            case Fault(kind="status"):
                return HTMLResponse(_ERROR_PAGE.format(fault.status), fault.status)
            case Fault(kind="delay"):
                await asyncio.sleep(fault.seconds)
            case Fault(kind="hold_before"):
                await fault.until_released()
            case Fault(kind="hang_up_before"):
                raise HungUp
        return None

    async def _after(self, fault: Fault | None, result: Any) -> Response:
        match fault:
            case Fault(kind="hold_after"):
                await fault.until_released()
            case Fault(kind="late"):
                await fault.until_released_or(self._world.clock.alarm(fault.seconds))
            case Fault(kind="hang_up_after"):
                raise HungUp
        return JSONResponse({"ok": True, "result": result})


async def _unless_gone(http: HttpRequest, work: Coroutine[Any, Any, Any]) -> Any:
    done, gone = asyncio.ensure_future(work), asyncio.ensure_future(http.receive())
    try:
        await asyncio.wait({done, gone}, return_when=asyncio.FIRST_COMPLETED)
        if not done.done():
            raise HungUp
        return done.result()
    finally:
        done.cancel()
        gone.cancel()


def _number(chat_id: Any) -> Any:
    return int(chat_id) if str(chat_id).lstrip("-").isdigit() else chat_id
