"""Azure Front Door: `azure://SUBSCRIPTION/RESOURCE-GROUP/PROFILE/ENDPOINT`.

Credentials are an application's: `AZURE_TENANT_ID` and `AZURE_CLIENT_ID`, with `AZURE_FEDERATED_TOKEN_FILE` (no key
that lasts) or `AZURE_CLIENT_SECRET`; `AZURE_AUTHORITY_HOST` where it is not Azure's public cloud.
Sources: learn.microsoft.com/rest/api/frontdoor/azurefrontdoorstandardpremium/afd-endpoints/purge-content (200 or 202),
learn.microsoft.com/entra/identity-platform/v2-oauth2-client-creds-grant-flow (first and third case).

May not know another CDN.
"""

from __future__ import annotations

import json
from pathlib import Path
from urllib.parse import urlencode

from cdn_publish.purging.asking import Asking, PurgeError, Request
from cdn_publish.purging.cdn import Environment, Moved, needed, not_set

API = "https://management.azure.com"
VERSION = "2023-05-01"
AUTHORITY = "https://login.microsoftonline.com"
CREDENTIALS = (
    "AZURE_TENANT_ID, AZURE_CLIENT_ID and AZURE_FEDERATED_TOKEN_FILE or AZURE_CLIENT_SECRET; the application needs the "
    "role CDN Endpoint Contributor"
)
ASSERTION = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"


async def purge(where: tuple[str, ...], api: str, environment: Environment, moved: Moved, asking: Asking) -> None:
    """Tell the endpoint; `where` is the four parts of its address. Raises PurgeError."""
    subscription, group, profile, endpoint = where
    token = await _token(api, environment, asking)
    url = (
        f"{api}/subscriptions/{subscription}/resourceGroups/{group}/providers/Microsoft.Cdn"
        f"/profiles/{profile}/afdEndpoints/{endpoint}/purge?api-version={VERSION}"
    )
    body = json.dumps({"contentPaths": moved.paths, "domains": [moved.host]}).encode()
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    await asking.ask(Request(url, body, headers), CREDENTIALS)


async def _token(api: str, environment: Environment, asking: Asking) -> str:
    tenant, client = needed(environment, "AZURE_TENANT_ID", "AZURE_CLIENT_ID")
    asked = {
        "grant_type": "client_credentials",
        "client_id": client,
        "scope": f"{api}/.default",
        **_proof(environment),
    }
    authority = environment.get("AZURE_AUTHORITY_HOST", AUTHORITY).rstrip("/")
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    request = Request(f"{authority}/{tenant}/oauth2/v2.0/token", urlencode(asked).encode(), headers)
    answer = await asking.ask(request, CREDENTIALS)
    try:
        return str(json.loads(answer.body)["access_token"])
    except (ValueError, KeyError, TypeError) as error:
        raise PurgeError("answers with no token; see AZURE_AUTHORITY_HOST") from error


def _proof(environment: Environment) -> dict[str, str]:
    """What shows that it is the application that asks."""
    file = environment.get("AZURE_FEDERATED_TOKEN_FILE")
    if file:
        return {"client_assertion_type": ASSERTION, "client_assertion": read_token(file, "AZURE_FEDERATED_TOKEN_FILE")}
    secret = environment.get("AZURE_CLIENT_SECRET")
    return {"client_secret": secret} if secret else not_set("AZURE_FEDERATED_TOKEN_FILE or AZURE_CLIENT_SECRET")


def read_token(file: str, setting: str) -> str:
    """The token in a file, where whoever runs this job put it. Raises PurgeError."""
    try:
        return Path(file).read_text("utf-8").strip()
    except (OSError, ValueError) as error:
        raise PurgeError(f"can't be asked: the file that {setting} names can't be read") from error
