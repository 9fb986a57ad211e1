<?php
// Creates a session with the curl extension, which is below plivo-php's Guzzle, and prints the answer.
$id = getenv('PLIVO_AUTH_ID');
$curl = curl_init("https://api.plivo.com/v1/Account/$id/Masking/Session/");
curl_setopt_array($curl, [
    CURLOPT_USERPWD => $id . ':' . getenv('PLIVO_AUTH_TOKEN'),
    CURLOPT_HTTPHEADER => ['Content-Type: application/json'],
    CURLOPT_POSTFIELDS => json_encode(['first_party' => '+14155550123', 'second_party' => '+14155550145']),
    CURLOPT_RETURNTRANSFER => true,
]);
$answer = curl_exec($curl);
if ($answer === false) {
    fwrite(STDERR, curl_error($curl) . "\n");
    exit(1);
}
echo $answer, "\n";
