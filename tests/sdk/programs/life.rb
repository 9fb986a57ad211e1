# The story of tests/sdk/story.py through Plivo's own Ruby SDK, unmodified, as its users write it. Prints one JSON object.
#
# Run inside `masking-emulator run` by `make sdk-labs`: only what plays the phones and the failures knows of the emulator.
require 'json'
require 'net/http'
require 'plivo'

FIRST = '+919003459051'
SECOND = '+918197241073'
THIRD = '+919840037111'
UNKNOWN = '00000000-0000-4000-8000-000000000000'
AUDIO = 'https://example.com/audio.mp3'
YESTERDAY = (Time.now.utc - 86_400).strftime('%Y-%m-%d %H:%M:%S')

# Asks the emulator's control API, below the world of the account.
def control(path, body)
  uri = URI("#{ENV.fetch('MASKING_EMULATOR_URL')}/_emulator/worlds/#{ENV.fetch('PLIVO_AUTH_ID')}#{path}")
  answer = Net::HTTP.post(uri, body.to_json, 'Content-Type' => 'application/json')
  raise answer.body unless answer.code.start_with?('2')

  JSON.parse(answer.body)
end

# The class of the SDK's error and its text; of an answer its message, where it has one.
def outcome
  answer = yield
  answer.respond_to?(:message) ? [answer.message] : []
rescue StandardError => e
  [e.class.name.split('::').last, e.message]
end

def plain(answer)
  JSON.parse(JSON.generate(answer))
end

def tell_sessions(sessions)
  created = sessions.create(first_party: FIRST, second_party: SECOND, session_expiry: 600, record: true)
  uuid = created.session_uuid
  got = sessions.get(uuid)
  updated = plain(sessions.update(uuid, call_time_limit: '120'))
  listed = sessions.list(status: 'active', first_party: FIRST, created_time__gte: YESTERDAY)
  earlier = sessions.list(created_time__lt: YESTERDAY)
  by_duration = sessions.list(duration: '600')
  deleted = sessions.delete(uuid)
  session = plain(created.session)
  {
    'created' => created.message,
    'duration' => session['duration'],
    'record' => session['record'],
    'plus' => "+#{session['virtual_number']}" == created.virtual_number,
    'got' => got.session_uuid == uuid,
    'status' => got.status,
    'updated' => [updated['message'], updated['session']['call_time_limit']],
    'listed' => plain(listed)['response']['objects'].map { |each| each['session_uuid'] } == [uuid],
    'limit' => plain(listed)['response']['meta']['limit'],
    'earlier' => plain(earlier)['response']['objects'].length,
    'by duration' => plain(by_duration)['response']['objects'].length,
    'deleted' => deleted.message,
    'after' => sessions.get(uuid).status,
    'everything' => tell_everything(sessions),
    **tell_pins(sessions),
    'single party' => tell_single_party(sessions)
  }
end

def tell_everything(sessions)
  created = sessions.create(
    first_party: FIRST, second_party: SECOND, session_expiry: 300, call_time_limit: 90, record: true,
    record_file_format: 'wav', recording_callback_url: 'https://example.com/recordings',
    recording_callback_method: 'GET', callback_url: 'https://example.com/events', callback_method: 'GET',
    ring_timeout: 30, first_party_play_url: AUDIO, second_party_play_url: AUDIO, unknown_caller_play: AUDIO,
    geomatch: true, virtual_number_cooloff_period: 60, initiate_call_to_first_party: false
  )
  sessions.delete(created.session_uuid)
  plain(created.session).values_at(
    'call_time_limit', 'record_file_format', 'recording_callback_url', 'recording_callback_method', 'callback_url',
    'callback_method', 'ring_timeout', 'first_party_play_url', 'second_party_play_url', 'virtual_number_cooloff_period'
  )
end

def tell_pins(sessions)
  given = sessions.create(
    first_party: FIRST, second_party: SECOND, is_pin_authentication_required: true, first_party_pin: '1234',
    second_party_pin: '4321', pin_prompt_play: AUDIO, incorrect_pin_play: AUDIO, pin_retry: 2, pin_retry_wait: 6,
    force_pin_authentication: true
  )
  made = sessions.create(
    first_party: FIRST, second_party: THIRD, is_pin_authentication_required: true, generate_pin: true,
    generate_pin_length: 6, pin_prompt_play: AUDIO
  )
  [given, made].each { |each| sessions.delete(each.session_uuid) }
  names = %w[first_party_pin second_party_pin pin_retry pin_retry_wait force_pin_authentication]
  first, second = plain(made.session).values_at('first_party_pin', 'second_party_pin')
  { 'pins' => plain(given.session).values_at(*names), 'generated pins' => [first.length, first != second] }
end

def tell_single_party(sessions)
  alone = sessions.create(first_party: FIRST, create_session_with_single_party: true)
  filled = plain(sessions.update(alone.session_uuid, second_party: THIRD))
  sessions.delete(alone.session_uuid)
  [plain(alone.session)['second_party'], filled['session']['second_party']]
end

def tell_calls(client)
  session = client.maskingsession.create(first_party: FIRST, second_party: SECOND, record: true)
  begun = control('/calls', from: FIRST, to: session.virtual_number, answer_after_s: 2, talk_s: 30)
  uuid = begun['call_uuid']
  control('/clock/advance', seconds: 5)
  live = plain(client.calls.list_live)
  running = client.calls.get_live(uuid)
  early = outcome { client.calls.get(uuid) }
  queued = plain(client.calls.list_queued)
  control('/clock/advance', seconds: 60)
  ended = client.calls.get(uuid)
  legs = client.calls.list(parent_call_uuid: uuid)[:objects]
  after = client.maskingsession.get(session.session_uuid)
  recordings = client.recordings.list(limit: 3)
  recording = client.recordings.get(recordings[:objects][0].recording_id)
  client.recordings.delete(recording.recording_id)
  {
    'live' => live['calls'].include?(uuid),
    'live call' => [running.call_uuid == uuid, running.call_status],
    'early' => early,
    'queued' => queued['calls'].length,
    'call' => [ended.from_number, ended.call_direction, ended.hangup_cause_name, ended.hangup_cause_code],
    'second leg' => [legs.length, legs[0].to_number, legs[0].call_direction],
    'all' => plain(client.calls.list)['meta']['total_count'],
    'interactions' => after.interaction.length,
    'total' => after.total_call_count,
    'recordings' => plain(recordings)['meta']['total_count'],
    'recording' => [recording.recording_format, recording.recording_duration_ms],
    'gone recording' => outcome { client.recordings.get(recording.recording_id) }
  }
end

def tell_numbers(client)
  all = client.numbers.list
  indian = client.numbers.list(number_startswith: '91', limit: 2)
  {
    'all' => all[:objects].length,
    'indian' => [plain(indian)['meta']['total_count'], indian[:objects].length],
    'one' => client.numbers.get(all[:objects][0].number).number,
    'none' => outcome { client.numbers.get('14155559999') }
  }
end

def tell_refused(client)
  sessions = client.maskingsession
  uuid = sessions.create(first_party: THIRD, second_party: SECOND).session_uuid
  sessions.delete(uuid)
  stranger = Plivo::RestClient.new(ENV.fetch('PLIVO_AUTH_ID'), 'wrong').maskingsession
  told = {
    'again' => outcome { sessions.delete(uuid) },
    'update of expired' => outcome { sessions.update(uuid, call_time_limit: '120') },
    'invalid' => outcome { sessions.create(first_party: FIRST, second_party: SECOND, session_expiry: 59) },
    'unknown' => outcome { sessions.get(UNKNOWN) },
    'limit' => outcome { sessions.list(status: 'neither') },
    'stranger' => outcome { stranger.list }
  }
  faults = {
    '405' => { status: 405, count: 1 },
    '429' => { status: 429, count: 1 },
    '500 twice' => { status: 500, count: 2 },
    '500 three times' => { status: 500, count: 3 },
    'dropped' => { connection: 'drop', count: 1 },
    'malformed' => { body: 'malformed', count: 1 }
  }
  faults.each do |name, fault|
    control('/faults', fault)
    told[name] = outcome { sessions.create(first_party: FIRST, second_party: SECOND) }
  end
  told
end

if ARGV.first == 'version'
  puts "plivo #{Plivo::VERSION} on Ruby #{RUBY_VERSION}"
  exit
end
client = Plivo::RestClient.new
puts JSON.generate(
  'sessions' => tell_sessions(client.maskingsession),
  'calls' => tell_calls(client),
  'numbers' => tell_numbers(client),
  'refused' => tell_refused(client)
)
