"""Creates a session with requests, and prints the answer."""

import os

import requests

account = os.environ["PLIVO_AUTH_ID"], os.environ["PLIVO_AUTH_TOKEN"]
url = f"https://api.plivo.com/v1/Account/{account[0]}/Masking/Session/"
body = {"first_party": "+14155550123", "second_party": "+14155550145"}
print(requests.post(url, json=body, auth=account, timeout=5).text)
