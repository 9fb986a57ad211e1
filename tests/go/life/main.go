// The story of tests/sdk/story.py through Plivo's own Go SDK, unmodified, as its users write it. Prints one JSON object.
//
// Run inside `masking-emulator run`: only what plays the phones and the failures knows of the emulator.
package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"runtime"
	"runtime/debug"
	"strings"
	"time"

	"github.com/plivo/plivo-go/v7"
)

const (
	first   = "+919003459051"
	second  = "+918197241073"
	third   = "+919840037111"
	unknown = "00000000-0000-4000-8000-000000000000"
	audio   = "https://example.com/audio.mp3"
)

type object = map[string]any

func main() {
	if len(os.Args) > 1 {
		version()
		return
	}
	client := clientOf("")
	told := object{}
	told["sessions"] = sessions(client)
	told["calls"] = calls(client)
	told["numbers"] = numbers(client)
	told["refused"] = refused(client)
	told["faults"] = faults(client)
	json.NewEncoder(os.Stdout).Encode(told)
}

// version prints the versions of the SDK and of Go.
func version() {
	built, _ := debug.ReadBuildInfo()
	for _, module := range built.Deps {
		if module.Path == "github.com/plivo/plivo-go/v7" {
			fmt.Println("plivo-go", strings.TrimPrefix(module.Version, "v"), "on", runtime.Version())
		}
	}
}

func clientOf(token string) *plivo.Client {
	client, err := plivo.NewClient("", token, &plivo.ClientOptions{})
	must(err)
	return client
}

func sessions(client *plivo.Client) object {
	service := client.MaskingSession
	created, err := service.CreateMaskingSession(plivo.CreateMaskingSessionParams{
		FirstParty: first, SecondParty: second, SessionExpiry: 600, Record: true,
	})
	must(err)
	uuid := created.SessionUUID
	got, err := service.GetMaskingSession(uuid)
	must(err)
	updated, err := service.UpdateMaskingSession(plivo.UpdateMaskingSessionParams{CallTimeLimit: 120}, uuid)
	must(err)
	listed, err := service.ListMaskingSession(plivo.ListSessionFilterParams{
		Status: "active", FirstParty: first, Limit: 5, CreatedTimeGreaterOrEqual: yesterday(),
	})
	must(err)
	earlier, err := service.ListMaskingSession(plivo.ListSessionFilterParams{CreatedTimeLessThan: yesterday()})
	must(err)
	byDuration, err := service.ListMaskingSession(plivo.ListSessionFilterParams{DurationEquals: 600})
	must(err)
	deleted, err := service.DeleteMaskingSession(uuid)
	must(err)
	after, err := service.GetMaskingSession(uuid)
	must(err)
	told := object{
		"created":     created.Message,
		"duration":    created.Session.Duration,
		"record":      created.Session.Record,
		"plus":        "+"+created.Session.VirtualNumber == created.VirtualNumber,
		"got":         got.Response.SessionUUID == uuid,
		"status":      got.Response.Status,
		"updated":     []any{updated.Message, updated.Session.CallTimeLimit},
		"listed":      len(listed.Response.Objects) == 1 && listed.Response.Objects[0].SessionUUID == uuid,
		"limit":       listed.Response.Meta.Limit,
		"earlier":     len(earlier.Response.Objects),
		"by duration": len(byDuration.Response.Objects),
		"deleted":     deleted.Message,
		"after":       after.Response.Status,
	}
	everything(service, told)
	pins(service, told)
	singleParty(service, told)
	return told
}

func everything(service *plivo.MaskingSessionService, told object) {
	geomatch := true
	created, err := service.CreateMaskingSession(plivo.CreateMaskingSessionParams{
		FirstParty: first, SecondParty: second, SessionExpiry: 300, CallTimeLimit: 90, Record: true,
		RecordFileFormat: "wav", RecordingCallbackUrl: "https://example.com/recordings",
		RecordingCallbackMethod: "GET", CallbackUrl: "https://example.com/events", CallbackMethod: "GET",
		RingTimeout: 30, FirstPartyPlayUrl: audio, SecondPartyPlayUrl: audio, UnknownCallerPlay: audio,
		GeoMatch: &geomatch, VirtualNumberCooloffPeriod: 60, InitiateCallToFirstParty: false,
	})
	must(err)
	session := created.Session
	told["everything"] = []any{
		session.CallTimeLimit, session.RecordFileFormat, session.RecordingCallbackUrl, session.RecordingCallbackMethod,
		session.CallbackUrl, session.CallbackMethod, session.RingTimeout, session.FirstPartyPlayUrl,
		session.SecondPartyPlayUrl, session.VirtualNumberCooloffPeriod,
	}
	_, err = service.DeleteMaskingSession(created.SessionUUID)
	must(err)
}

func pins(service *plivo.MaskingSessionService, told object) {
	given, err := service.CreateMaskingSession(plivo.CreateMaskingSessionParams{
		FirstParty: first, SecondParty: second, IsPinAuthenticationRequired: true, FirstPartyPin: "1234",
		SecondPartyPin: "4321", PinPromptPlay: audio, IncorrectPinPlay: audio, PinRetry: 2, PinRetryWait: 6,
		ForcePinAuthentication: true,
	})
	must(err)
	told["pins"] = []any{
		given.Session.FirstPartyPin, given.Session.SecondPartyPin, given.Session.PinRetry, given.Session.PinRetryWait,
		given.Session.ForcePinAuthentication,
	}
	generated, err := service.CreateMaskingSession(plivo.CreateMaskingSessionParams{
		FirstParty: first, SecondParty: third, IsPinAuthenticationRequired: true, GeneratePin: true,
		GeneratePinLength: 6, PinPromptPlay: audio,
	})
	must(err)
	told["generated pins"] = []any{
		len(generated.Session.FirstPartyPin), generated.Session.FirstPartyPin != generated.Session.SecondPartyPin,
	}
	for _, uuid := range []string{given.SessionUUID, generated.SessionUUID} {
		_, err = service.DeleteMaskingSession(uuid)
		must(err)
	}
}

func singleParty(service *plivo.MaskingSessionService, told object) {
	alone, err := service.CreateMaskingSession(plivo.CreateMaskingSessionParams{
		FirstParty: first, CreateSessionWithSingleParty: true,
	})
	must(err)
	filled, err := service.UpdateMaskingSession(plivo.UpdateMaskingSessionParams{SecondParty: third}, alone.SessionUUID)
	must(err)
	told["single party"] = []any{alone.Session.SecondParty, filled.Session.SecondParty}
	_, err = service.DeleteMaskingSession(alone.SessionUUID)
	must(err)
}

func calls(client *plivo.Client) object {
	session, err := client.MaskingSession.CreateMaskingSession(plivo.CreateMaskingSessionParams{
		FirstParty: first, SecondParty: second, Record: true,
	})
	must(err)
	begun := control("/calls", object{"from": first, "to": session.VirtualNumber, "answer_after_s": 2, "talk_s": 30})
	uuid := begun["call_uuid"].(string)
	control("/clock/advance", object{"seconds": 5})
	live, err := client.LiveCalls.IDList()
	must(err)
	running, err := client.LiveCalls.Get(uuid)
	must(err)
	_, early := client.Calls.Get(uuid)
	queued, err := client.QueuedCalls.IDList()
	must(err)
	control("/clock/advance", object{"seconds": 60})

	ended, err := client.Calls.Get(uuid)
	must(err)
	legs, err := client.Calls.List(plivo.CallListParams{ParentCallUUID: uuid})
	must(err)
	all, err := client.Calls.List(plivo.CallListParams{})
	must(err)
	after, err := client.MaskingSession.GetMaskingSession(session.SessionUUID)
	must(err)
	recordings, err := client.Recordings.List(plivo.RecordingListParams{Limit: 3})
	must(err)
	recording, err := client.Recordings.Get(recordings.Objects[0].RecordingID)
	must(err)
	must(client.Recordings.Delete(recording.RecordingID))
	_, gone := client.Recordings.Get(recording.RecordingID)
	return object{
		"live":           contains(live.Calls, uuid),
		"live call":      []any{running.CallUUID == uuid, running.CallStatus},
		"early":          outcome(early),
		"queued":         len(queued.Calls),
		"call":           []any{ended.FromNumber, ended.CallDirection, ended.HangupCauseName, ended.HangupCauseCode},
		"second leg":     []any{len(legs.Objects), legs.Objects[0].ToNumber, legs.Objects[0].CallDirection},
		"all":            all.Meta.TotalCount,
		"interactions":   len(after.Response.Interaction),
		"total":          after.Response.TotalCallCount,
		"recordings":     recordings.Meta.TotalCount,
		"recording":      []any{recording.RecordingFormat, recording.RecordingDurationMS},
		"gone recording": outcome(gone),
	}
}

func numbers(client *plivo.Client) object {
	all, err := client.Numbers.List(plivo.NumberListParams{})
	must(err)
	indian, err := client.Numbers.List(plivo.NumberListParams{NumberStartsWith: "91", Limit: 2})
	must(err)
	one, err := client.Numbers.Get(all.Objects[0].Number)
	must(err)
	_, none := client.Numbers.Get("14155559999")
	return object{
		"all": len(all.Objects), "indian": []any{indian.Meta.TotalCount, len(indian.Objects)}, "one": one.Number,
		"none": outcome(none),
	}
}

func refused(client *plivo.Client) object {
	service := client.MaskingSession
	create := func() (string, error) {
		created, err := service.CreateMaskingSession(plivo.CreateMaskingSessionParams{FirstParty: first, SecondParty: second})
		return created.Message, err
	}
	told := object{}
	created, err := service.CreateMaskingSession(plivo.CreateMaskingSessionParams{FirstParty: third, SecondParty: second})
	must(err)
	_, err = service.DeleteMaskingSession(created.SessionUUID)
	must(err)
	_, err = service.DeleteMaskingSession(created.SessionUUID)
	told["again"] = outcome(err)
	_, err = service.UpdateMaskingSession(plivo.UpdateMaskingSessionParams{CallTimeLimit: 120}, created.SessionUUID)
	told["update of expired"] = outcome(err)
	_, err = service.CreateMaskingSession(plivo.CreateMaskingSessionParams{FirstParty: first, SecondParty: second, SessionExpiry: 59})
	told["invalid"] = outcome(err)
	_, err = service.GetMaskingSession(unknown)
	told["unknown"] = outcome(err)
	_, err = service.ListMaskingSession(plivo.ListSessionFilterParams{Limit: 21})
	told["limit"] = outcome(err)
	_, err = clientOf("wrong").MaskingSession.ListMaskingSession(plivo.ListSessionFilterParams{})
	told["stranger"] = outcome(err)
	for _, status := range []int{405, 429} {
		control("/faults", object{"status": status, "count": 1})
		_, err = create()
		told[fmt.Sprint(status)] = outcome(err)
	}
	control("/faults", object{"status": 500, "count": 2})
	message, err := create()
	told["500 twice"] = append(outcome(err), message)
	control("/faults", object{"status": 500, "count": 3})
	_, err = create()
	told["500 three times"] = outcome(err)
	control("/faults", object{"connection": "drop", "count": 1})
	_, err = create()
	told["dropped"] = outcome(err)
	control("/faults", object{"body": "malformed", "count": 1})
	_, err = create()
	told["malformed"] = outcome(err)
	return told
}

// faults is what the SDK is known to do wrong, as docs/sdk-faults.md has it: each is true, or the SDK was mended.
func faults(client *plivo.Client) object {
	service := client.MaskingSession
	created, err := service.CreateMaskingSession(plivo.CreateMaskingSessionParams{FirstParty: first, SecondParty: third, Record: true})
	must(err)
	updated, err := service.UpdateMaskingSession(plivo.UpdateMaskingSessionParams{Record: false}, created.SessionUUID)
	must(err)
	control("/faults", object{"status": 500, "count": 3})
	nothing, lost := service.GetMaskingSession(created.SessionUUID)
	control("/faults", object{"status": 404, "body": "empty", "count": 1})
	_, unseen := service.GetMaskingSession(created.SessionUUID)
	return object{
		"record false is not sent":     updated.Session.Record,
		"third server error is lost":   lost == nil && nothing.Response.SessionUUID == "",
		"refusal without body is lost": unseen == nil,
	}
}

// outcome is the type of an error and its text; an empty list where there is none.
func outcome(err error) []any {
	if err == nil {
		return []any{}
	}
	return []any{fmt.Sprintf("%T", err), err.Error()}
}

// control asks the emulator's control API, below the world of the account.
func control(path string, body object) object {
	url := os.Getenv("MASKING_EMULATOR_URL") + "/_emulator/worlds/" + os.Getenv("PLIVO_AUTH_ID") + path
	sent, err := json.Marshal(body)
	must(err)
	response, err := http.Post(url, "application/json", bytes.NewReader(sent))
	must(err)
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	must(err)
	if response.StatusCode >= 300 {
		panic(string(text))
	}
	answer := object{}
	must(json.Unmarshal(text, &answer))
	return answer
}

func yesterday() string {
	return time.Now().UTC().Add(-24 * time.Hour).Format("2006-01-02 15:04:05")
}

func contains(list []string, wanted string) bool {
	for _, each := range list {
		if each == wanted {
			return true
		}
	}
	return false
}

func must(err error) {
	if err != nil {
		panic(err)
	}
}
