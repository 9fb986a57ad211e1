"""Hangup causes: every code that a leg of a call may end with, and the vendor's name of it.

The whole table of the service, though a simulated call needs few of its rows: whoever reads callbacks of the real
one finds here what may come. Which cause an event has is decided elsewhere.
Source: the vendor's page on hangup causes, plivo.com/docs/voice/troubleshooting/hangup-causes.
"""

from collections.abc import Mapping
from typing import Final

#: Code → name. The capitals are the vendor's, which are not the same everywhere.
HANGUP_CAUSES: Final[Mapping[int, str]] = {
    0: "Unknown",
    # Given up before an answer, by the caller or because the account could not go on.
    1000: "Canceled",
    1010: "Canceled (Out Of Credits)",
    1020: "Canceled (Simultaneous dial limit reached)",
    # The destination cannot be called.
    2000: "Invalid Destination Address",
    2010: "Destination Out Of Service",
    2020: "Endpoint Not Registered",
    2030: "Destination Country Barred",
    2040: "Destination Number Barred",
    2050: "Destination Prefix Barred",
    2060: "Loop Detected",
    2070: "Violates Media Anchoring",
    # The destination, or its carrier, did not take the call.
    3000: "No Answer",
    3010: "Busy Line",
    3020: "Rejected",
    3030: "Unknown Caller ID",
    3040: "Forbidden",
    3050: "Unallocated number",
    3070: "Request timeout",
    3080: "Internal server error from carrier",
    3090: "Network congestion from carrier",
    3100: "Busy everywhere",
    3110: "Declined",
    3120: "User does not exist anywhere",
    3130: "Spam block",
    3140: "DNO Caller ID",
    # Ended as it should.
    4000: "Normal Hangup",
    4010: "End Of XML Instructions",
    4020: "Multiparty Call Ended",
    4030: "Kicked Out Of Multiparty Call",
    # The service failed.
    5000: "Network Error",
    5010: "Internal Error",
    5020: "Routing Error",
    # A limit was reached.
    6000: "Scheduled Hangup",
    6010: "Ring Timeout Reached",
    6020: "Media Timeout",
    # An application's URL or method was wrong. No masked call has one.
    7011: "Error Reaching Answer URL",
    7012: "Error Reaching Action URL",
    7013: "Error Reaching Transfer URL",
    7014: "Error Reaching Redirect URL",
    7022: "Invalid Action URL",
    7023: "Invalid Transfer URL",
    7024: "Invalid Redirect URL",
    7032: "Invalid Method For Action URL",
    7033: "Invalid Method For Transfer URL",
    7034: "Invalid Method For Redirect URL",
    # An application's answer was wrong. No masked call has one.
    8011: "Invalid Answer XML",
    8012: "Invalid Action XML",
    8013: "Invalid Transfer XML",
    8014: "Invalid Redirect XML",
    # Ended by a feature of dialling.
    9000: "Lost Race",
    9100: "Machine Detected",
    9110: "Confirm Key Challenge Failed",
}
