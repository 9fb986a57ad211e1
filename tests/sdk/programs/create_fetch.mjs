// Creates a session with Node's own fetch, and prints the answer.
const { PLIVO_AUTH_ID: id, PLIVO_AUTH_TOKEN: token } = process.env;

const answer = await fetch(`https://api.plivo.com/v1/Account/${id}/Masking/Session/`, {
  method: 'POST',
  headers: { Authorization: `Basic ${btoa(`${id}:${token}`)}`, 'Content-Type': 'application/json' },
  body: JSON.stringify({ first_party: '+14155550123', second_party: '+14155550145' }),
});
console.log(await answer.text());
