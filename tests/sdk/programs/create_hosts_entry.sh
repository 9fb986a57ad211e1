# Creates a session with curl at the TLS port, as with a hosts entry for api.plivo.com, and prints the answer.
exec curl -sS --noproxy '*' --connect-to "api.plivo.com:443:${MASKING_EMULATOR_TLS_URL#https://}" \
  -u "$PLIVO_AUTH_ID:$PLIVO_AUTH_TOKEN" -H 'Content-Type: application/json' \
  -d '{"first_party": "+14155550123", "second_party": "+14155550145"}' \
  "https://api.plivo.com/v1/Account/$PLIVO_AUTH_ID/Masking/Session/"
