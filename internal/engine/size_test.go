package engine

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"netpatrol/adapters"
	"netpatrol/bots"
)

func TestATextOfAnySizeIsHeardAndDecided(t *testing.T) {
	huge := map[string]string{
		"plain": strings.Repeat("我被骗了", 100_000), "brackets": strings.Repeat("<", 200_000), "quotes": strings.Repeat(`"\`, 100_000),
		"control": strings.Repeat("\x01", 200_000), "broken": strings.Repeat("\xff", 200_000), "lines": strings.Repeat("\n", 200_000),
	}
	for name, text := range huge {
		t.Run(name, func(t *testing.T) {
			d := newDesk(t, deskOptions{bots: []bots.Bot{intakeBot()}})
			var media []adapters.Media
			for range 1000 {
				media = append(media, adapters.Media{Ref: "m", URL: "https://media.example/" + strings.Repeat("a", 200)})
			}
			for i := range 6 {
				d.hears(adapters.Inbound{
					Key: fmt.Sprint(100 + i), Kind: adapters.KindMessage, Ref: adapters.Ref(strings.Repeat("1", 600)), URL: text, Detail: text, Language: text,
					From: adapters.Person{ID: "p1", Handle: text, Name: text}, Text: text, At: time.Now(), Media: media,
				})
			}
			d.settle()
			if n := len(d.all(bots.KindEvent, bots.EventDecided)); n != 6 {
				t.Errorf("%d of 6 events decided; parked: %d", n, len(d.all(bots.KindEvent, bots.EventParked)))
			}
			if r := one[bots.Report](d); len(r.Lines)+r.More != 6 {
				t.Errorf("report has %d lines and %d more", len(r.Lines), r.More)
			}
		})
	}
}

func TestNamesAndTimesOfAnySizeAreHeard(t *testing.T) {
	d := newDesk(t, deskOptions{bots: []bots.Bot{patrolBot()}})
	long := strings.Repeat("x", 5000)
	for i, key := range []string{long + "1", long + "2"} {
		d.hears(adapters.Inbound{
			Key: key, Kind: adapters.KindPost, Ref: adapters.Ref(key), From: adapters.Person{ID: "p"}, Text: "刷单日结",
			At: time.Date(12000+i, 1, 1, 0, 0, 0, 0, time.UTC), Edited: time.Date(9999, 12, 31, 23, 0, 0, 0, time.FixedZone("", -3600*5)),
		})
	}
	d.settle()
	if n := len(d.all(bots.KindClue, "")); n != 2 {
		t.Errorf("%d clues of two posts", n)
	}
}

func TestClip(t *testing.T) {
	for _, s := range []string{"", "短", strings.Repeat("<&>\"\\\n\t\x00\x7f\u2028我a\xff", 400), strings.Repeat("😀", 3000)} {
		for _, most := range []int{0, 1, 7, 100, 4000} {
			got := clip(s, most)
			b, err := json.Marshal(strings.TrimSuffix(got, "…"))
			if err != nil || got != s && len(b)-2 > most {
				t.Errorf("clip(%.20q, %d) takes %d bytes", s, most, len(b)-2)
			}
			if got != s && encodedLen(s) <= most {
				t.Errorf("clip(%.20q, %d) cut what fits", s, most)
			}
		}
		if b, _ := json.Marshal(s); encodedLen(s) < len(b)-2 {
			t.Errorf("encodedLen(%.20q) = %d, JSON takes %d", s, encodedLen(s), len(b)-2)
		}
	}
}

func TestADecisionTooLargeForTheStoreIsRefusedAtOnce(t *testing.T) {
	d := newDesk(t, deskOptions{})
	fields := map[string]string{"title": "通报", "text": strings.Repeat("字", 20_000), "accounts": "wb"}
	if r := d.decides("wu", bots.WriteBulletin, nil, fields, ""); r.Code != "too-long" {
		t.Errorf("%+v", r)
	}
	if n := len(d.all(bots.KindEvent, "")); n != 0 {
		t.Errorf("%d events came of it", n)
	}
}

func TestAFrozenRecordIsEncodedAsAWhole(t *testing.T) {
	c := &bots.Conversation{Head: bots.Head{ID: "<a>", State: "open", Version: 3}, Account: "a&b", Last: "\u2028\xff"}
	whole := freeze(c)
	whole.Body = mustJSON(c)
	if got, want := string(frost(c)), string(mustJSON(whole)); got != want {
		t.Errorf("%s, want %s", got, want)
	}
	back, err := thaw(bots.KindConversation, frost(c))
	if err != nil || back.Meta().Version != 3 || back.(*bots.Conversation).Account != "a&b" {
		t.Errorf("thawed: %+v, %v", back, err)
	}
}
