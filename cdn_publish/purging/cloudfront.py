"""Amazon CloudFront: `cloudfront://DISTRIBUTION` (permission: cloudfront:CreateInvalidation).

Credentials are `AWS_ACCESS_KEY_ID` and `AWS_SECRET_ACCESS_KEY`, with `AWS_SESSION_TOKEN` where they are lent; or
`AWS_WEB_IDENTITY_TOKEN_FILE` and `AWS_ROLE_ARN` (no key that lasts). An invalidation takes every variant of a path.
Sources: docs.aws.amazon.com/cloudfront/latest/APIReference/API_CreateInvalidation.html,
docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRoleWithWebIdentity.html.

May not know another CDN, or how a request is signed.
"""

from __future__ import annotations

from urllib.parse import urlencode
from xml.etree import ElementTree
from xml.sax.saxutils import escape

from cdn_publish.purging.asking import Asking, PurgeError, Request
from cdn_publish.purging.cdn import Environment, Moved, needed, not_set
from cdn_publish.purging.front_door import read_token
from cdn_publish.purging.signature import Keys, signed

API = "https://cloudfront.amazonaws.com"
STS = "https://sts.amazonaws.com"
REGION = "us-east-1"
"""CloudFront is everywhere and signs for this one."""
SPACE = "http://cloudfront.amazonaws.com/doc/2020-05-31/"
CREDENTIALS = (
    "AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_WEB_IDENTITY_TOKEN_FILE and AWS_ROLE_ARN; they need leave for "
    "cloudfront:CreateInvalidation"
)


async def purge(distribution: str, api: str, environment: Environment, moved: Moved, asking: Asking) -> None:
    """Tell the distribution. Raises PurgeError."""
    keys = await _keys(environment, asking)
    items = "".join(f"<Path>{escape(path)}</Path>" for path in moved.paths)
    # The same reference again is the same invalidation, so that a second try makes no second one.
    reference = f"leadbright {moved.at.isoformat()} {moved.paths[0]}"
    body = (
        f'<?xml version="1.0" encoding="UTF-8"?><InvalidationBatch xmlns="{SPACE}">'
        f"<Paths><Quantity>{len(moved.paths)}</Quantity><Items>{items}</Items></Paths>"
        f"<CallerReference>{escape(reference)}</CallerReference></InvalidationBatch>"
    )
    url = f"{api}/2020-05-31/distribution/{distribution}/invalidation"
    request = Request(url, body.encode(), {"Content-Type": "text/xml"})
    await asking.ask(signed(request, keys, REGION, "cloudfront", moved.at), CREDENTIALS)


async def _keys(environment: Environment, asking: Asking) -> Keys:
    if environment.get("AWS_ACCESS_KEY_ID"):
        identity, secret = needed(environment, "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY")
        return Keys(identity, secret, environment.get("AWS_SESSION_TOKEN", ""))
    if not environment.get("AWS_WEB_IDENTITY_TOKEN_FILE"):
        not_set("AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_WEB_IDENTITY_TOKEN_FILE and AWS_ROLE_ARN")
    return await _lent(environment, asking)


async def _lent(environment: Environment, asking: Asking) -> Keys:
    file, role = needed(environment, "AWS_WEB_IDENTITY_TOKEN_FILE", "AWS_ROLE_ARN")
    asked = {
        "Action": "AssumeRoleWithWebIdentity",
        "Version": "2011-06-15",
        "RoleArn": role,
        "RoleSessionName": environment.get("AWS_ROLE_SESSION_NAME") or "leadbright",
        "WebIdentityToken": read_token(file, "AWS_WEB_IDENTITY_TOKEN_FILE"),
    }
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    sts = environment.get("AWS_ENDPOINT_URL_STS", STS).rstrip("/")
    answer = await asking.ask(Request(f"{sts}/", urlencode(asked).encode(), headers), CREDENTIALS)
    try:
        told = {each.tag.rpartition("}")[2]: each.text or "" for each in ElementTree.fromstring(answer.body).iter()}  # noqa: S314  it is Amazon's, over TLS
        return Keys(told["AccessKeyId"], told["SecretAccessKey"], told["SessionToken"])
    except (ElementTree.ParseError, KeyError) as error:
        raise PurgeError("lends no credentials; see AWS_ROLE_ARN") from error
