"""Signs WebSocket URLs as botocore does: one JSON object a line in, one URL a line out.

The session token stays out of the signature and follows it, which is AWS IoT Core's rule and not botocore's: botocore
would sign it. The rest is botocore's own, the spelling of host and path too.
"""
import datetime
import json
import sys
from urllib.parse import quote

from botocore import auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials


class Clock:
    """Stands where botocore looks for the time."""

    now = None

    @classmethod
    def utcnow(cls):
        return cls.now


class Signer(auth.SigV4QueryAuth):
    """Leaves the expiry out when there is none, which botocore by itself cannot."""

    def _modify_request_before_signing(self, request):
        super()._modify_request_before_signing(request)
        if self._expires is None:
            request.url = request.url.replace("&X-Amz-Expires=None", "")


auth.datetime = type("Module", (), {"datetime": Clock})
SCHEMES = {"wss": "https", "ws": "http"}

for line in sys.stdin:
    case = json.loads(line)
    Clock.now = datetime.datetime.strptime(case["date"], "%Y%m%dT%H%M%SZ")
    scheme, rest = case["endpoint"].split("://")
    request = AWSRequest(method="GET", url=f"{SCHEMES[scheme.lower()]}://{rest}")
    credentials = Credentials(case["access_key"], case["secret"])
    Signer(credentials, "iotdevicegateway", case["region"], expires=case["expires"]).add_auth(request)
    token = "" if case["token"] is None else "&X-Amz-Security-Token=" + quote(case["token"], safe="")
    print(request.url.split("?", 1)[1] + token)
