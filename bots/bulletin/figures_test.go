package bulletin

import (
	"strings"
	"testing"
	"time"

	"netpatrol/adapters"
	"netpatrol/bots"
	"netpatrol/bots/bottest"
)

func cameOut(state string, purpose bots.Purpose, ref adapters.Ref) bots.Event {
	return bots.Event{
		Head: bots.Head{ID: "e1", Stream: "schedule/morning"}, Kind: bots.SendEnded, Account: "station", Accepted: nine,
		Body: &bots.Outcome{Draft: "b1.station", State: state, Purpose: purpose, Receipt: adapters.Receipt{Ref: ref}},
	}
}

func drafted() *bots.Draft {
	return &bots.Draft{Head: bots.Head{ID: "b1.station"}, Account: "station", About: bots.Target{Kind: bots.KindBulletin, ID: "b1"}}
}

func decide(t *testing.T, e bots.Event) []bots.Effect {
	t.Helper()
	b := New()
	return bottest.Decide(t, b, e, bottest.NewWorld(drafted()).Facts(b, e))
}

func fetches(effects []bots.Effect) (out []bots.Fetch) {
	for _, x := range effects {
		if f, ok := x.(bots.Fetch); ok {
			out = append(out, f)
		}
	}
	return out
}

func TestFigures_AreReadOnTheSevenMorningsAfter(t *testing.T) {
	e := cameOut("delivered", bots.ForBulletin, "article:1")
	var mornings []string
	kept := 0
	for effects := decide(t, e); ; {
		asked := fetches(effects)
		if len(asked) == 0 {
			break
		}
		if len(asked) != 2 || asked[0].Ref != "article:1" || !strings.HasPrefix(string(asked[1].Ref), "day:") {
			t.Fatalf("asked for %+v", asked)
		}
		mornings = append(mornings, asked[0].At.In(china()).Format("01-02 15:04")+" "+string(asked[1].Ref))
		came := bots.Event{Head: bots.Head{ID: "e2", Stream: e.Stream}, Kind: bots.Fetched, Account: "station", Accepted: asked[0].At.Add(time.Minute),
			Body: &bots.FetchResult{Bot: "bulletin", Key: asked[0].Key, What: bots.FetchFigures, Ref: asked[0].Ref, Figures: []adapters.Figure{{Ref: asked[0].Ref, Name: "reads", Value: 7}}}}
		effects = decide(t, came)
		k, ok := effects[0].(bots.KeepFigures)
		if !ok || k.Bulletin != "b1" || k.Reading.Account != "station" || k.Reading.Figures["reads"] != 7 || k.Reading.Whole || k.Reading.Day != asked[0].At.In(china()).Format(time.DateOnly) {
			t.Fatalf("%+v", effects)
		}
		kept++
	}
	want := "03-03 09:30 day:2026-03-02, 03-04 09:30 day:2026-03-03, 03-05 09:30 day:2026-03-04, 03-06 09:30 day:2026-03-05, 03-07 09:30 day:2026-03-06, 03-08 09:30 day:2026-03-07, 03-09 09:30 day:2026-03-08"
	if got := strings.Join(mornings, ", "); got != want || kept != 7 {
		t.Errorf("%d kept\n%s, want\n%s", kept, got, want)
	}
}

func TestFigures_OfTheWholeAccountAreOfTheDayBefore(t *testing.T) {
	asked := fetches(decide(t, cameOut("delivered", bots.ForBulletin, "article:1")))[1]
	effects := decide(t, bots.Event{Head: bots.Head{ID: "e2"}, Kind: bots.Fetched, Account: "station", Accepted: asked.At,
		Body: &bots.FetchResult{Bot: "bulletin", Key: asked.Key, What: bots.FetchFigures, Ref: asked.Ref, Figures: []adapters.Figure{{Name: "reads", Value: 90}}}})
	k, ok := effects[0].(bots.KeepFigures)
	if !ok || len(effects) != 1 || !k.Reading.Whole || k.Reading.Day != "2026-03-02" || k.Reading.Figures["reads"] != 90 {
		t.Errorf("%+v", effects)
	}
}

func TestFigures_ADayWithoutAnyIsNoEnd(t *testing.T) {
	asked := fetches(decide(t, cameOut("delivered", bots.ForBulletin, "article:1")))[0]
	effects := decide(t, bots.Event{Head: bots.Head{ID: "e2"}, Kind: bots.Fetched, Account: "station", Accepted: asked.At,
		Body: &bots.FetchResult{Bot: "bulletin", Key: asked.Key, What: bots.FetchFigures, Ref: asked.Ref, Problem: "the platform is down"}})
	if len(fetches(effects)) != 2 || len(effects) != 2 {
		t.Errorf("%+v", effects)
	}
}

func TestFigures_OnlyOfWhatCameOut(t *testing.T) {
	for name, e := range map[string]bots.Event{
		"rejected":      cameOut("rejected", bots.ForBulletin, ""),
		"unknown":       cameOut("unknown", bots.ForBulletin, "article:1"),
		"a preview":     cameOut("delivered", bots.ForPreview, "preview:1"),
		"a reply":       cameOut("delivered", bots.ForReply, "1"),
		"another's key": {Kind: bots.Fetched, Body: &bots.FetchResult{Bot: "bulletin", Key: "figures|x", What: bots.FetchFigures}},
		"another bot's": {Kind: bots.Fetched, Body: &bots.FetchResult{Bot: "warning", Key: "k", What: bots.FetchPost}},
	} {
		b := New()
		if effects, err := b.Decide(e, bottest.NewWorld(drafted()).Facts(b, e)); err != bots.ErrNotMine || len(effects) != 0 {
			t.Errorf("%s: %v, %v", name, effects, err)
		}
	}
}
