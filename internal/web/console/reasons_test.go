package console

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode"

	"netpatrol/adapters"
	"netpatrol/bots"
	"netpatrol/internal/record"
)

func chinese(s string) bool {
	return strings.ContainsFunc(s, func(r rune) bool { return unicode.Is(unicode.Han, r) })
}

// sources returns what a pattern finds in files of this repository, each once.
func sources(t *testing.T, pattern string, globs ...string) []string {
	t.Helper()
	re, found := regexp.MustCompile(pattern), map[string]bool{}
	for _, glob := range globs {
		files, err := filepath.Glob(glob)
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range files {
			if strings.HasSuffix(f, "_test.go") {
				continue
			}
			source, err := os.ReadFile(f)
			if err != nil {
				t.Fatal(err)
			}
			for _, m := range re.FindAllStringSubmatch(string(source), -1) {
				found[m[1]] = true
			}
		}
	}
	var all []string
	for s := range found {
		all = append(all, s)
	}
	slices.Sort(all)
	return all
}

func TestWhyABulletinDidNotLeaveIsInWords(t *testing.T) {
	reasons := append(sources(t, `NotApproved = "([^"]+)"`, "../../../bots/bulletin/*.go"), sources(t, `NoBulletin  = "([^"]+)"`, "../../../bots/bulletin/*.go")...)
	reasons = append(reasons, sources(t, `Reason = "([^"]+)"`, "../../../scheduler/*.go")...)
	reasons = append(reasons, sources(t, `(?:TooMany|Superseded|Skipped)\s+Reason = "([^"]+)"`, "../../../scheduler/*.go")...)
	if len(reasons) < 6 {
		t.Fatalf("only %q are found: this test proves nothing", reasons)
	}
	for _, r := range reasons {
		if !chinese(reasonWord(r)) {
			t.Errorf("%q has no words", r)
		}
	}
	if got := reasonWord("措辞不妥"); got != "措辞不妥" {
		t.Errorf("an officer's own reason: %q", got)
	}
}

func TestEveryEffectHasItsWord(t *testing.T) {
	effects := sources(t, `func \((\w+)\) +effect\(\)`, "../../../bots/effect.go")
	if len(effects) < 15 {
		t.Fatalf("only %q are found: this test proves nothing", effects)
	}
	for _, e := range effects {
		if l := effectLine("patrol " + e + ` {"ID":"x"}`); !chinese(strings.TrimPrefix(l.Words, "巡查：")) || l.Raw != "patrol "+e {
			t.Errorf("%s: %+v", e, l)
		}
	}
	if l := effectLine("nonsense"); l.Words != "nonsense" {
		t.Errorf("%+v", l)
	}
}

func TestEveryKindOfRecordHasItsWord(t *testing.T) {
	for _, k := range record.Kinds() {
		if !chinese(kindWord(k)) {
			t.Errorf("%s has no word", k)
		}
	}
}

func TestEveryDeedInTheAuditHasItsWord(t *testing.T) {
	deeds := append(sources(t, `c\.audit\("([a-z-]+)"`, "../../engine/*.go"), sources(t, `Did: +"([a-z-]+)"`, "../../engine/*.go", "../../outbox/*.go", "../../app/*.go", "../signin/*.go")...)
	if len(deeds) < 25 {
		t.Fatalf("only %q are found: this test proves nothing", deeds)
	}
	for _, d := range deeds {
		if !chinese(didWord(d)) {
			t.Errorf("%s has no word", d)
		}
	}
}

func TestEveryVerbHasItsWord(t *testing.T) {
	verbs := sources(t, `Verb = "([a-z-]+)"`, "../../../bots/event.go")
	if len(verbs) < 20 {
		t.Fatalf("only %q are found: this test proves nothing", verbs)
	}
	for _, v := range verbs {
		if !chinese(verbWord(bots.Verb(v))) {
			t.Errorf("%s has no word", v)
		}
	}
}

func TestEveryStanceIsToldApart(t *testing.T) {
	for s, want := range map[bots.Stance]string{
		bots.Asserting: "招揽", bots.Victim: "受害人", bots.Cautions: "提醒他人", bots.Quoting: "引用", bots.Asking: "求证", bots.Minor: "未成年",
	} {
		if got := stanceWord(s); !strings.Contains(got, want) {
			t.Errorf("%s: %q", s, got)
		}
	}
}

func TestWhatBotsReadIsInWords(t *testing.T) {
	for ask, want := range map[string]string{
		"get account weibo": "接报：看账号 weibo", "get conversation conv/weibo/x": "接报：看会话", "get memory a/b": "接报：看自己的记录",
		"find clue s open 5": "接报：查找线索", "counted x": "接报：看近两天的计数", "brand-new": "接报：brand-new",
	} {
		if l := readLine(record.Read{Bot: "intake", Ask: ask, Answer: []byte("{}")}); l.Words != want || l.Raw != "intake "+ask {
			t.Errorf("%q: %+v", ask, l)
		}
	}
	if l := readLine(record.Read{Ask: "conversation", Answer: []byte("{}")}); l.Words != "系统：看会话" || l.Raw != "conversation" {
		t.Errorf("what the engine read: %+v", l)
	}
	if l := readLine(record.Read{Bot: "intake", Ask: "get report r"}); l.Words != "接报：看举报（没有）" {
		t.Errorf("%+v", l)
	}
}

func TestDetailsOfSilenceAndOfMissedSlotsAreInWords(t *testing.T) {
	p := &page{People: map[string]string{"lin": "林珊"}}
	for detail, want := range map[string]string{
		"morning 2026-03-01T01:00:00Z: not approved":               "morning 3月1日 09:00：到点时还没有批准",
		"2026-03-01T01:00:00Z":                                     "3月1日 09:00 的时段",
		"not approved":                                             "到点时还没有批准",
		"officer lin has taken the conversation over":              "林珊已接手这个会话",
		"superseded: the event has its reply (receipt)":            "这条来信已有答复，没有再用举报回执（receipt）",
		"superseded: the emergency card goes first (is-it-a-scam)": "紧急劝阻优先，没有再用求证答复（is-it-a-scam）",
		"covered by emergency@1020146":                             "依据常设审批：紧急止付（emergency）",
		"superseded: something new (receipt)":                      "superseded: something new (receipt)",
	} {
		if got := p.Detail(detail); got != want {
			t.Errorf("%q: %q, want %q", detail, got, want)
		}
	}
}

func TestALengthThatIsNotTakenIsInWords(t *testing.T) {
	long := &adapters.TooLong{Length: 520, Max: 500, Unit: adapters.Runes}
	if got := sentence(bots.Edit, "too-long", long.Error()); got != "超出平台允许的长度，请删短。现有 520 字，上限 500，请删去 20。" {
		t.Error(got)
	}
	if got := sentence(bots.Edit, "too-long", "9 bytes at once are too many: 8 are taken"); chinese(got) && strings.Contains(got, "bytes") {
		t.Error(got)
	}
}
