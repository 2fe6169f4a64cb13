"""Presigns MQTT WebSocket URLs with botocore. Reads one JSON object a line, writes one URL a line.

Each object: url (without a query), region, access_key, secret, date (YYYYMMDDTHHMMSSZ), expires (seconds), and token where there
is one. A token is appended after signing, as AWS IoT Core wants it (Developer Guide, "MQTT over WebSocket").
"""
import datetime
import json
import sys
from urllib.parse import quote

from botocore import auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials


class FixedClock(auth.SigV4QueryAuth):
    """The signer with the date as an argument: only what it takes from the clock is replaced."""

    def __init__(self, date, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self._date = date

    def add_auth(self, request):
        request.context["timestamp"] = self._date
        self._modify_request_before_signing(request)
        canonical = self.canonical_request(request)
        self._inject_signature_to_request(request, self.signature(self.string_to_sign(request, canonical), request))


for line in sys.stdin:
    case = json.loads(line)
    datetime.datetime.strptime(case["date"], "%Y%m%dT%H%M%SZ")
    request = AWSRequest("GET", case["url"])
    credentials = Credentials(case["access_key"], case["secret"])
    FixedClock(case["date"], credentials, "iotdevicegateway", case["region"], expires=case["expires"]).add_auth(request)
    token = case.get("token")
    print(request.url if token is None else f"{request.url}&X-Amz-Security-Token={quote(token, safe='')}")
