package intake

import (
	"flag"
	"slices"
	"strings"
	"testing"
	"time"

	"netpatrol/adapters"
	"netpatrol/bots"
	"netpatrol/bots/bottest"
)

var _ = flag.Bool("update", false, "rewrite the transcripts with the present answers")

func TestTranscripts(t *testing.T) {
	bottest.Transcripts(t, "testdata/*.txt", NewAt(Local{Keep: aYear}))
}

const aYear = 365 * 24 * time.Hour

var at = time.Date(2026, 3, 2, 1, 0, 0, 0, time.UTC)

const talk = "conversation/1"

// told decides on one private message in the world w.
func told(t testing.TB, w *bottest.World, text string) []bots.Effect {
	t.Helper()
	b := New()
	e := bots.Event{
		Head: bots.Head{ID: "e1", Stream: talk}, Kind: bots.MessageHeard, Accepted: at, Account: "a",
		Body: &bots.Heard{From: adapters.Person{ID: "p"}, Text: text},
	}
	return bottest.Decide(t, b, e, w.Facts(b, e))
}

func world(records ...bots.Record) *bottest.World {
	w := bottest.NewWorld(
		&bots.Account{Head: bots.Head{ID: "a"}, Private: true},
		&bots.Conversation{Head: bots.Head{ID: talk, Stream: talk}, Account: "a"},
	)
	w.Put(records...)
	return w
}

func replies(effects []bots.Effect) (all []bots.Reply) {
	for _, e := range effects {
		if r, ok := e.(bots.Reply); ok {
			all = append(all, r)
		}
	}
	return all
}

func escalations(effects []bots.Effect) (all []bots.Escalate) {
	for _, e := range effects {
		if x, ok := e.(bots.Escalate); ok {
			all = append(all, x)
		}
	}
	return all
}

// TestPromise12_EmergencyComesBeforeEverything mixes emergencies with what would otherwise
// be answered differently.
func TestPromise12_EmergencyComesBeforeEverything(t *testing.T) {
	for text, card := range map[string]string{
		"刚转了五万":                    "emergency",
		"这是不是骗局？我刚转了五万":            "emergency",
		"派出所不立案，投诉没人管，我不想活了":       "emergency-life",
		"我不服，要申诉！我刚转了五万":           "emergency",
		"刚转了五万，活不下去了":              "emergency-life",
		"我被人威胁，要把裸照发给同学，已经转了2000元": "emergency-life",
		"才被骗5块钱":                   "emergency", // no amount is too small
		"我遭骗了八千块，咋个办":              "emergency",
		"停！他让我转到安全账户":              "emergency",
		"改 金额，我刚又转了五千":             "emergency",
		"有个网警叫我转保证金":               "emergency",
		"对方说他已报警，让我转账到安全账户":        "emergency", // the words are not theirs
		"救命啊，我刚转了5万":               "emergency",
	} {
		got := replies(told(t, world(), text))
		if len(got) != 1 || got[0].Template != card || got[0].Purpose != bots.ForEmergency {
			t.Errorf("%q is answered with %+v, want %s", text, got, card)
		}
	}
}

func TestPromise12_TheReportIsMarked(t *testing.T) {
	open, ok := told(t, world(), "刚转了五万")[0].(bots.OpenReport)
	if !ok || !open.Emergency {
		t.Errorf("the report is %+v", open)
	}
}

// warnedWorld is a world in which the person got warning w1, which is in state.
func warnedWorld(state string) *bottest.World {
	return world(
		&bots.Warning{Head: bots.Head{ID: "w1", Stream: "post/a/1", State: state}, Account: "a"},
		&bots.Conversation{Head: bots.Head{ID: talk, Stream: talk}, Account: "a", Person: adapters.Person{ID: "p"}, Warning: "w1"},
	)
}

func TestPromise10_AnyDisagreeingReplyOpensAnAppeal(t *testing.T) {
	for _, text := range []string{"异议", "我没有骗人", "我们是合法的", "不是我发的", "凭什么说我"} {
		got := told(t, warnedWorld(bots.WarningSent), text)
		appeal := slices.Index(got, bots.Effect(bots.Appeal{Warning: "w1"}))
		remind := slices.Index(got, bots.Effect(bots.Remind{Key: "appeal w1", At: at.Add(72 * time.Hour)}))
		if appeal < 0 || remind < 0 {
			t.Errorf("%q: %+v, want an appeal and its deadline", text, got)
		}
	}
}

func TestPromise10_AnObjectionWithoutAWarningReachesAnOfficer(t *testing.T) {
	for _, text := range []string{"异议", "你们搞错了，凭什么警告我"} {
		got := escalations(told(t, world(), text))
		if len(got) != 1 || got[0].About.Kind != bots.KindConversation {
			t.Errorf("%q: %+v, want one about the conversation", text, got)
		}
	}
	if got := escalations(told(t, world(), "我要举报一个网站")); len(got) != 0 {
		t.Errorf("an ordinary report is escalated too, so this test proves nothing: %+v", got)
	}
}

func TestPromise10_AnAppealNotDecidedInTimeWithdrawsTheWarning(t *testing.T) {
	for state, withdrawn := range map[string]bool{
		bots.WarningAppealed: true, bots.WarningUpheld: false, bots.WarningWithdrawn: false,
	} {
		b := New()
		e := bots.Event{
			Head: bots.Head{ID: "e9", Stream: talk}, Kind: bots.Reminded, Accepted: at, Account: "a",
			Body: &bots.Reminder{Bot: b.Name(), Key: "appeal w1", Due: at},
		}
		got := bottest.Decide(t, b, e, warnedWorld(state).Facts(b, e))
		told := replies(got)
		if withdrawn != (len(got) == 2 && len(told) == 1 && told[0].Purpose == bots.ForNotice) {
			t.Errorf("%s: %+v, withdrawn and told wanted: %v", state, got, withdrawn)
		}
	}
}

func TestClosedReportIsNotReopened(t *testing.T) {
	w := world(&bots.Report{Head: bots.Head{ID: "old", State: "closed"}},
		&bots.Conversation{Head: bots.Head{ID: talk, Stream: talk}, Account: "a", Report: "old"})
	if _, ok := told(t, w, "又有人骗我")[0].(bots.OpenReport); !ok {
		t.Error("a new message after closing opens no report")
	}
}

func TestNothingIsEverTurnedAway(t *testing.T) {
	for _, text := range []string{"", " ", "？", "😀", "\xff\xfe", "\u200b", strings.Repeat("啊", 20000), "<script>", "{{.Unit}}"} {
		effects := told(t, world(), text)
		if _, ok := effects[0].(bots.OpenReport); !ok || len(replies(effects)) != 1 {
			t.Errorf("%.20q comes to %s", text, bottest.Print("", effects))
		}
	}
}

func FuzzDecide(f *testing.F) {
	for _, s := range []string{"刚转了3万", "异议", "派出所不立案", "", "\xff", "hxxp://a点com 13800138000 昨晚8点"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if n := len(replies(told(t, world(), text))); n > 1 {
			t.Errorf("%q gets %d replies", text, n)
		}
	})
}

func TestPromise10_WhoInsistsDoesNotWaitLonger(t *testing.T) {
	for _, x := range told(t, warnedWorld(bots.WarningAppealed), "我没有骗人，请尽快复核") {
		switch x.(type) {
		case bots.Remind, bots.Appeal:
			t.Errorf("a second objection moves the deadline of the first: %+v", x)
		}
	}
}
