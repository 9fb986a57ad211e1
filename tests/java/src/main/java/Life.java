import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.plivo.api.Plivo;
import com.plivo.api.models.call.Call;
import com.plivo.api.models.call.LiveCall;
import com.plivo.api.models.call.QueuedCall;
import com.plivo.api.models.maskingsession.MaskingSession;
import com.plivo.api.models.maskingsession.MaskingSessionCreateResponse;
import com.plivo.api.models.maskingsession.MaskingSessionUpdateResponse;
import com.plivo.api.models.number.Number;
import com.plivo.api.models.recording.Recording;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The story of tests/sdk/story.py through Plivo's own Java SDK, unmodified, as its users write it. Prints one JSON object.
 *
 * <p>Run inside `masking-emulator run`: only what plays the phones and the failures knows of the emulator.
 */
public class Life {
  private static final String FIRST = "+919003459051";
  private static final String SECOND = "+918197241073";
  private static final String THIRD = "+919840037111";
  private static final String UNKNOWN = "00000000-0000-4000-8000-000000000000";
  private static final String AUDIO = "https://example.com/audio.mp3";

  private static final ObjectMapper JSON = new ObjectMapper();

  /** What may fail in the way of the SDK. */
  private interface Asked {
    Object ask() throws Exception;
  }

  public static void main(String[] arguments) throws Exception {
    if (arguments.length > 0) {
      System.out.println(version());
      return;
    }
    Plivo.init();
    Map<String, Object> told = new LinkedHashMap<>();
    told.put("sessions", sessions());
    told.put("calls", calls());
    told.put("numbers", numbers());
    told.put("faults", faults());
    told.put("refused", refused());
    System.out.println(JSON.writeValueAsString(told));
    System.exit(0);
  }

  /** The versions of the SDK, which is in the name of its file, and of Java. */
  private static String version() {
    String file = Path.of(Plivo.class.getProtectionDomain().getCodeSource().getLocation().getPath()).getFileName().toString();
    return file.replace(".jar", "").replace("java-", "java ") + " on Java " + System.getProperty("java.version");
  }

  private static Map<String, Object> sessions() throws Exception {
    MaskingSessionCreateResponse created =
        MaskingSession.creator(FIRST, SECOND).sessionExpiry(600).record(true).create();
    String uuid = created.getSessionUuid();
    JsonNode session = JSON.valueToTree(created.getSession());
    JsonNode got = get(uuid);
    MaskingSessionUpdateResponse updated = MaskingSession.updater(uuid).callTimeLimit(120).record(true).update();
    JsonNode listed = JSON.valueToTree(
        MaskingSession.lister().status("active").firstParty(FIRST).createdTimeGte(yesterday()).limit(5)
            .list().getResponse());
    JsonNode earlier = JSON.valueToTree(MaskingSession.lister().createdTimeLt(yesterday()).list().getResponse());
    JsonNode byDuration = JSON.valueToTree(MaskingSession.lister().duration(600).list().getResponse());
    String deleted = MaskingSession.deleter(uuid).delete();

    Map<String, Object> told = new LinkedHashMap<>();
    told.put("created", created.getMessage());
    told.put("duration", session.get("duration"));
    told.put("record", session.get("record"));
    told.put("plus", ("+" + session.get("virtual_number").asText()).equals(created.getVirtualNumber()));
    told.put("got", got.get("session_uuid").asText().equals(uuid));
    told.put("status", got.get("status"));
    told.put("updated", List.of(updated.getMessage(), JSON.valueToTree(updated.getSession()).get("call_time_limit")));
    JsonNode objects = listed.get("objects");
    told.put("listed", objects.size() == 1 && objects.get(0).get("session_uuid").asText().equals(uuid));
    told.put("limit", listed.get("meta").get("limit"));
    told.put("earlier", earlier.get("objects").size());
    told.put("by duration", byDuration.get("objects").size());
    told.put("deleted", JSON.readTree(deleted).get("message"));
    told.put("after", get(uuid).get("status"));
    everything(told);
    pins(told);
    singleParty(told);
    return told;
  }

  private static void everything(Map<String, Object> told) throws Exception {
    MaskingSessionCreateResponse created = MaskingSession.creator(FIRST, SECOND).sessionExpiry(300).callTimeLimit(90)
        .record(true).recordFileFormat("wav").recordingCallbackUrl("https://example.com/recordings")
        .recordingCallbackMethod("GET").callbackUrl("https://example.com/events").callbackMethod("GET").ringTimeout(30)
        .firstPartyPlayUrl(AUDIO).secondPartyPlayUrl(AUDIO).unknownCallerPlay(AUDIO).geomatch(true)
        .virtualNumberCooloffPeriod(60).initiateCallToFirstParty(false).create();
    told.put("everything", fields(created.getSession(), "call_time_limit", "record_file_format",
        "recording_callback_url", "recording_callback_method", "callback_url", "callback_method", "ring_timeout",
        "first_party_play_url", "second_party_play_url", "virtual_number_cooloff_period"));
    MaskingSession.deleter(created.getSessionUuid()).delete();
  }

  private static void pins(Map<String, Object> told) throws Exception {
    MaskingSessionCreateResponse given = MaskingSession.creator(FIRST, SECOND).isPinAuthenticationRequired(true)
        .firstPartyPin("1234").secondPartyPin("4321").pinPromptPlay(AUDIO).incorrectPinPlay(AUDIO).pinRetry(2)
        .pinRetryWait(6).forcePinAuthentication(true).create();
    told.put("pins", fields(given.getSession(), "first_party_pin", "second_party_pin", "pin_retry", "pin_retry_wait",
        "force_pin_authentication"));
    MaskingSessionCreateResponse generated = MaskingSession.creator(FIRST, THIRD).isPinAuthenticationRequired(true)
        .generatePin(true).generatePinLength(6).pinPromptPlay(AUDIO).create();
    JsonNode session = JSON.valueToTree(generated.getSession());
    String pin = session.get("first_party_pin").asText();
    told.put("generated pins", List.of(pin.length(), !pin.equals(session.get("second_party_pin").asText())));
    MaskingSession.deleter(given.getSessionUuid()).delete();
    MaskingSession.deleter(generated.getSessionUuid()).delete();
  }

  private static void singleParty(Map<String, Object> told) throws Exception {
    MaskingSessionCreateResponse alone = MaskingSession.creator(FIRST, "").createSessionWithSingleParty(true).create();
    MaskingSessionUpdateResponse filled = MaskingSession.updater(alone.getSessionUuid()).secondParty(THIRD).update();
    told.put("single party", List.of(
        fields(alone.getSession(), "second_party").get(0), fields(filled.getSession(), "second_party").get(0)));
    MaskingSession.deleter(alone.getSessionUuid()).delete();
  }

  private static Map<String, Object> calls() throws Exception {
    MaskingSessionCreateResponse session = MaskingSession.creator(FIRST, SECOND).record(true).create();
    JsonNode begun = control("/calls",
        Map.of("from", FIRST, "to", session.getVirtualNumber(), "answer_after_s", 2, "talk_s", 30));
    String uuid = begun.get("call_uuid").asText();
    control("/clock/advance", Map.of("seconds", 5));
    List<String> live = LiveCall.listGetter().get().getCalls();
    LiveCall running = LiveCall.getter(uuid).get();
    List<Object> early = outcome(() -> Call.getter(uuid).get());
    int queued = QueuedCall.listGetter().get().getCalls().size();
    control("/clock/advance", Map.of("seconds", 60));

    Call ended = Call.getter(uuid).get();
    List<Call> legs = Call.lister().parentCallUuid(uuid).list().getObjects();
    JsonNode after = get(session.getSessionUuid());
    List<Recording> recordings = Recording.lister().limit(3).list().getObjects();
    Recording recording = Recording.getter(recordings.get(0).getRecordingId()).get();
    Recording.deleter(recording.getRecordingId()).delete();

    Map<String, Object> told = new LinkedHashMap<>();
    told.put("live", live.contains(uuid));
    told.put("live call",
        List.of(running.getCallUuid().equals(uuid), running.getCallStatus().name().toLowerCase().replace("_", "-")));
    told.put("early", early);
    told.put("queued", queued);
    told.put("call", List.of(ended.getFromNumber(), ended.getCallDirection().toString(), ended.getHangupCauseName(),
        ended.getHangupCauseCode()));
    told.put("second leg",
        List.of(legs.size(), legs.get(0).getToNumber(), legs.get(0).getCallDirection().toString()));
    told.put("all", Call.lister().list().getMeta().getTotalCount());
    told.put("interactions", after.get("interaction").size());
    told.put("total", after.get("total_call_count"));
    told.put("recordings", recordings.size());
    told.put("recording", List.of(recording.getRecordingFormat(), recording.getRecordingDurationMs()));
    told.put("gone recording", outcome(() -> Recording.getter(recording.getRecordingId()).get()));
    return told;
  }

  private static Map<String, Object> numbers() throws Exception {
    List<Number> all = Number.lister().list().getObjects();
    var indian = Number.lister().numberStartswith("91").limit(2).list();
    Map<String, Object> told = new LinkedHashMap<>();
    told.put("all", all.size());
    told.put("indian", List.of(indian.getMeta().getTotalCount(), indian.getObjects().size()));
    told.put("one", Number.getter(all.get(0).getNumber()).get().getNumber());
    told.put("none", outcome(() -> Number.getter("14155559999").get()));
    return told;
  }

  private static Map<String, Object> refused() throws Exception {
    String uuid = MaskingSession.creator(THIRD, SECOND).create().getSessionUuid();
    MaskingSession.deleter(uuid).delete();
    Asked create = () -> MaskingSession.creator(FIRST, SECOND).create().getMessage();

    Map<String, Object> told = new LinkedHashMap<>();
    told.put("again", outcome(() -> MaskingSession.deleter(uuid).delete()));
    told.put("update of expired", outcome(() -> MaskingSession.updater(uuid).callTimeLimit(120).update()));
    told.put("invalid", outcome(() -> MaskingSession.creator(FIRST, SECOND).sessionExpiry(59).create()));
    told.put("unknown", outcome(() -> MaskingSession.getter(UNKNOWN).get()));
    told.put("limit", outcome(() -> MaskingSession.lister().limit(21).list()));
    for (int status : List.of(405, 429)) {
      control("/faults", Map.of("status", status, "count", 1));
      told.put(String.valueOf(status), outcome(create));
    }
    control("/faults", Map.of("status", 500, "count", 2));
    told.put("500 twice", outcome(create));
    control("/faults", Map.of("status", 500, "count", 3));
    told.put("500 three times", outcome(create));
    control("/faults", Map.of("connection", "drop", "count", 1));
    told.put("dropped", outcome(create));
    control("/faults", Map.of("body", "malformed", "count", 1));
    told.put("malformed", outcome(create));
    Plivo.init(System.getenv("PLIVO_AUTH_ID"), "wrong");
    told.put("stranger", outcome(() -> MaskingSession.lister().list()));
    return told;
  }

  /** What the SDK is known to do wrong, as docs/sdk-faults.md has it: each is true, or the SDK was mended. */
  private static Map<String, Object> faults() throws Exception {
    String uuid = MaskingSession.creator(FIRST, THIRD).record(true).create().getSessionUuid();
    MaskingSession.updater(uuid).callTimeLimit(120).update();
    MaskingSession.deleter(uuid).delete();
    var listed = MaskingSession.lister().list();

    Map<String, Object> told = new LinkedHashMap<>();
    told.put("update without record turns it off", !get(uuid).get("record").asBoolean());
    told.put("refused delete is an answer", MaskingSession.deleter(uuid).delete().contains("Session already expired"));
    told.put("list has no meta", listed.getMeta() == null && listed.getObjects() == null);
    told.put("sessions cannot be iterated", outcome(() -> MaskingSession.lister().iterator().hasNext()).size() == 2);
    return told;
  }

  /** The class of what was thrown and its text, or the text alone that came back. */
  private static List<Object> outcome(Asked asked) {
    try {
      Object answer = asked.ask();
      return answer instanceof String ? List.of(answer) : List.of();
    } catch (Exception error) {
      return List.of(error.getClass().getSimpleName(), String.valueOf(error.getMessage()));
    }
  }

  private static JsonNode get(String uuid) throws Exception {
    return JSON.readTree(MaskingSession.getter(uuid).get()).get("response");
  }

  private static List<JsonNode> fields(Object session, String... names) {
    JsonNode tree = JSON.valueToTree(session);
    List<JsonNode> found = new ArrayList<>();
    for (String name : names) {
      found.add(tree.get(name));
    }
    return found;
  }

  /** Asks the emulator's control API, below the world of the account. */
  private static JsonNode control(String path, Map<String, Object> body) throws Exception {
    String world = System.getenv("MASKING_EMULATOR_URL") + "/_emulator/worlds/" + System.getenv("PLIVO_AUTH_ID");
    HttpRequest request = HttpRequest.newBuilder(URI.create(world + path))
        .header("Content-Type", "application/json")
        .POST(HttpRequest.BodyPublishers.ofString(JSON.writeValueAsString(body))).build();
    String answer = HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofString()).body();
    return JSON.readTree(answer);
  }

  private static String yesterday() {
    Instant then = Instant.now().minusSeconds(86_400);
    return DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss").withZone(ZoneOffset.UTC).format(then);
  }
}
