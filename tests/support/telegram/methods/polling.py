"""Methods about updates."""

import re
from typing import Any

from tests.support.telegram.errors import bad
from tests.support.telegram.methods.table import method
from tests.support.telegram.parameters import Json
from tests.support.telegram.updates import Webhook
from tests.support.telegram.world import World


@method
async def get_updates(
    world: World,
    offset: int = 0,
    limit: int = 100,
    timeout: int = 0,  # noqa: ASYNC109 - the name is Telegram's
    allowed_updates: list[Any] | None = None,
) -> list[Json]:
    world.updates.allow(allowed_updates)
    if not 1 <= limit <= 100:
        limit = 100
    return await world.updates.poll(offset, limit, max(0, min(timeout, 50)))


@method
def set_webhook(
    world: World,
    url: str,
    max_connections: int = 40,
    allowed_updates: list[Any] | None = None,
    drop_pending_updates: bool | None = None,
    secret_token: str | None = None,
    ip_address: str | None = None,
) -> bool:
    if url and not url.startswith("https://"):
        raise bad("bad webhook: An HTTPS URL must be provided for webhook")
    if secret_token is not None and not re.fullmatch("[A-Za-z0-9_-]{1,256}", secret_token):
        raise bad("secret token contains unallowed characters")
    world.updates.allow(allowed_updates)
    if drop_pending_updates:
        world.updates.drop()
    world.updates.webhook = Webhook(url, secret_token, max_connections)
    return True


@method
def delete_webhook(world: World, drop_pending_updates: bool | None = None) -> bool:
    if drop_pending_updates:
        world.updates.drop()
    world.updates.webhook = Webhook()
    return True


@method
def get_webhook_info(world: World) -> Json:
    hook = world.updates.webhook
    known = {"max_connections": hook.max_connections} if hook.url else {}
    waiting = len(world.updates.waiting)
    return {"url": hook.url, "has_custom_certificate": False, "pending_update_count": waiting, **known}
