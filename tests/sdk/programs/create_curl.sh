# Creates a session with curl, and prints the answer.
exec curl -sS -u "$PLIVO_AUTH_ID:$PLIVO_AUTH_TOKEN" -H 'Content-Type: application/json' \
  -d '{"first_party": "+14155550123", "second_party": "+14155550145"}' \
  "https://api.plivo.com/v1/Account/$PLIVO_AUTH_ID/Masking/Session/"
