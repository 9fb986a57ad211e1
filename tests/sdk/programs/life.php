<?php
// The story of tests/sdk/story.py through Plivo's own PHP SDK, unmodified, as its users write it. Prints one JSON object.
//
// Run inside `masking-emulator run` by `make sdk-labs`: only what plays the phones and the failures knows of the emulator.
// PLIVO_PHP_AUTOLOAD names the file that loads the SDK, such as vendor/autoload.php.

use Plivo\RestClient;
use Plivo\Version;

error_reporting(E_ERROR); // the SDK warns of every field that an answer leaves out
require getenv('PLIVO_PHP_AUTOLOAD');

const FIRST = '+919003459051';
const SECOND = '+918197241073';
const THIRD = '+919840037111';
const UNKNOWN = '00000000-0000-4000-8000-000000000000';
const AUDIO = 'https://example.com/audio.mp3';
define('YESTERDAY', gmdate('Y-m-d H:i:s', time() - 86400));

// Asks the emulator's control API, below the world of the account.
function control(string $path, array $body): array
{
    $url = getenv('MASKING_EMULATOR_URL') . '/_emulator/worlds/' . getenv('PLIVO_AUTH_ID') . $path;
    $options = ['method' => 'POST', 'header' => 'Content-Type: application/json', 'content' => json_encode($body)];
    return json_decode(file_get_contents($url, false, stream_context_create(['http' => $options])), true);
}

// The class of the SDK's error and its text; of an answer without one, its error or its message, where it has any.
function outcome(callable $act): array
{
    try {
        $answer = $act();
    } catch (Throwable $error) {
        return [(new ReflectionClass($error))->getShortName(), $error->getMessage()];
    }
    if ($answer instanceof Plivo\Http\PlivoResponse) {
        $content = $answer->getContent();
        return [$content['error'] ?? $content['message'] ?? ''];
    }
    if ($answer instanceof Plivo\Resources\MaskingSession\MaskingSessionCreateResponse) {
        return [$answer->getMessage()];
    }
    return [];
}

function tellSessions(object $sessions): array
{
    $created = $sessions->createMaskingSession(FIRST, SECOND, ['session_expiry' => 600, 'record' => true]);
    $uuid = $created->getSessionUuid();
    $session = $created->getSession();
    $got = $sessions->getMaskingSession($uuid)->response;
    $updated = $sessions->updateMaskingSession($uuid, ['call_time_limit' => 120]);
    $filters = ['status' => 'active', 'first_party' => FIRST, 'limit' => 5, 'created_time__gte' => YESTERDAY];
    $listed = $sessions->listMaskingSession($filters);
    $earlier = $sessions->listMaskingSession(['created_time__lt' => YESTERDAY]);
    $byDuration = $sessions->listMaskingSession(['duration' => 600]);
    $deleted = $sessions->deleteMaskingSession($uuid);
    return [
        'created' => $created->getMessage(),
        'duration' => $session['duration'],
        'record' => $session['record'],
        'plus' => "+{$session['virtual_number']}" === $created->getVirtualNumber(),
        'got' => $got['session_uuid'] === $uuid,
        'status' => $got['status'],
        'updated' => [$updated->getMessage(), $updated->getSession()['call_time_limit']],
        'listed' => array_column($listed->getObjects(), 'session_uuid') === [$uuid],
        'limit' => $listed->getMeta()['limit'],
        'earlier' => count($earlier->getObjects()),
        'by duration' => count($byDuration->getObjects()),
        'deleted' => $deleted->getContent()['message'],
        'after' => $sessions->getMaskingSession($uuid)->response['status'],
        'everything' => tellEverything($sessions),
        ...tellPins($sessions),
        'single party' => tellSingleParty($sessions),
    ];
}

function tellEverything(object $sessions): array
{
    $created = $sessions->createMaskingSession(FIRST, SECOND, [
        'session_expiry' => 300,
        'call_time_limit' => 90,
        'record' => true,
        'record_file_format' => 'wav',
        'recording_callback_url' => 'https://example.com/recordings',
        'recording_callback_method' => 'GET',
        'callback_url' => 'https://example.com/events',
        'callback_method' => 'GET',
        'ring_timeout' => 30,
        'first_party_play_url' => AUDIO,
        'second_party_play_url' => AUDIO,
        'unknown_caller_play' => AUDIO,
        'geomatch' => true,
        'virtual_number_cooloff_period' => 60,
        'initiate_call_to_first_party' => false,
    ]);
    $sessions->deleteMaskingSession($created->getSessionUuid());
    $names = ['call_time_limit', 'record_file_format', 'recording_callback_url', 'recording_callback_method'];
    array_push($names, 'callback_url', 'callback_method', 'ring_timeout', 'first_party_play_url');
    array_push($names, 'second_party_play_url', 'virtual_number_cooloff_period');
    return array_map(fn ($name) => $created->getSession()[$name], $names);
}

function tellPins(object $sessions): array
{
    $given = $sessions->createMaskingSession(FIRST, SECOND, [
        'is_pin_authentication_required' => true,
        'first_party_pin' => '1234',
        'second_party_pin' => '4321',
        'pin_prompt_play' => AUDIO,
        'incorrect_pin_play' => AUDIO,
        'pin_retry' => 2,
        'pin_retry_wait' => 6,
        'force_pin_authentication' => true,
    ]);
    $made = $sessions->createMaskingSession(FIRST, THIRD, [
        'is_pin_authentication_required' => true,
        'generate_pin' => true,
        'generate_pin_length' => 6,
        'pin_prompt_play' => AUDIO,
    ]);
    foreach ([$given, $made] as $each) {
        $sessions->deleteMaskingSession($each->getSessionUuid());
    }
    $names = ['first_party_pin', 'second_party_pin', 'pin_retry', 'pin_retry_wait', 'force_pin_authentication'];
    ['first_party_pin' => $first, 'second_party_pin' => $second] = $made->getSession();
    return [
        'pins' => array_map(fn ($name) => $given->getSession()[$name], $names),
        'generated pins' => [strlen($first), $first !== $second],
    ];
}

function tellSingleParty(object $sessions): array
{
    $alone = $sessions->createMaskingSession(FIRST, '', ['create_session_with_single_party' => true]);
    $filled = $sessions->updateMaskingSession($alone->getSessionUuid(), ['second_party' => THIRD]);
    $sessions->deleteMaskingSession($alone->getSessionUuid());
    return [$alone->getSession()['second_party'], $filled->getSession()['second_party']];
}

function tellCalls(RestClient $client): array
{
    $session = $client->maskingSessions->createMaskingSession(FIRST, SECOND, ['record' => true]);
    $script = ['from' => FIRST, 'to' => $session->getVirtualNumber(), 'answer_after_s' => 2, 'talk_s' => 30];
    $uuid = control('/calls', $script)['call_uuid'];
    control('/clock/advance', ['seconds' => 5]);
    $live = $client->calls->getListLive();
    $running = $client->calls->getLive($uuid);
    $early = outcome(fn () => $client->calls->get($uuid));
    $queued = $client->calls->getListQueued();
    control('/clock/advance', ['seconds' => 60]);
    $ended = $client->calls->get($uuid);
    $legs = $client->calls->list(['parent_call_uuid' => $uuid])->get();
    $after = $client->maskingSessions->getMaskingSession($session->getSessionUuid())->response;
    $recordings = $client->recordings->list(['limit' => 3]);
    $recording = $client->recordings->get($recordings->get()[0]->recordingId);
    $client->recordings->delete($recording->recordingId);
    return [
        'live' => in_array($uuid, $live),
        'live call' => [$running->callUuid === $uuid, $running->callStatus],
        'early' => $early,
        'queued' => count($queued),
        'call' => [$ended->from, $ended->callDirection, $ended->hangupCauseName, $ended->hangupCauseCode],
        'second leg' => [count($legs), $legs[0]->to, $legs[0]->callDirection],
        'all' => $client->calls->list()->meta()['total_count'],
        'interactions' => count($after['interaction']),
        'total' => $after['total_call_count'],
        'recordings' => $recordings->meta()['total_count'],
        'recording' => [$recording->recordingFormat, $recording->recordingDurationMs],
        'gone recording' => outcome(fn () => $client->recordings->get($recording->recordingId)),
    ];
}

function tellNumbers(RestClient $client): array
{
    $all = $client->numbers->list()->get();
    $indian = $client->numbers->list(['number_startswith' => '91', 'limit' => 2]);
    return [
        'all' => count($all),
        'indian' => [$indian->meta()['total_count'], count($indian->get())],
        'one' => $client->numbers->get($all[0]->number)->number,
        'none' => outcome(fn () => $client->numbers->get('14155559999')),
    ];
}

function tellRefused(RestClient $client): array
{
    $sessions = $client->maskingSessions;
    $uuid = $sessions->createMaskingSession(THIRD, SECOND)->getSessionUuid();
    $sessions->deleteMaskingSession($uuid);
    $stranger = (new RestClient(getenv('PLIVO_AUTH_ID'), 'wrong'))->maskingSessions;
    $told = [
        'again' => outcome(fn () => $sessions->deleteMaskingSession($uuid)),
        'update of expired' => outcome(fn () => $sessions->updateMaskingSession($uuid, ['call_time_limit' => 120])),
        'invalid' => outcome(fn () => $sessions->createMaskingSession(FIRST, SECOND, ['session_expiry' => 59])),
        'unknown' => outcome(fn () => $sessions->getMaskingSession(UNKNOWN)),
        'limit' => outcome(fn () => $sessions->listMaskingSession(['limit' => 21])),
        'stranger' => outcome(fn () => $stranger->listMaskingSession()),
    ];
    $faults = [
        '405' => ['status' => 405, 'count' => 1],
        '429' => ['status' => 429, 'count' => 1],
        '500 twice' => ['status' => 500, 'count' => 2],
        '500 three times' => ['status' => 500, 'count' => 3],
        'dropped' => ['connection' => 'drop', 'count' => 1],
        'malformed' => ['body' => 'malformed', 'count' => 1],
    ];
    foreach ($faults as $name => $fault) {
        control('/faults', $fault);
        $told[$name] = outcome(fn () => $sessions->createMaskingSession(FIRST, SECOND));
    }
    return $told;
}

if (($argv[1] ?? '') === 'version') {
    echo 'plivo ', new Version(), ' on PHP ', PHP_VERSION, "\n";
    exit;
}
$client = new RestClient();
echo json_encode([
    'sessions' => tellSessions($client->maskingSessions),
    'calls' => tellCalls($client),
    'numbers' => tellNumbers($client),
    'refused' => tellRefused($client),
]), "\n";
