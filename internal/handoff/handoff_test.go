package handoff

import (
	"bytes"
	"crypto/ed25519"
	"encoding/csv"
	"encoding/json"
	"errors"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"

	"netpatrol/bots"
	"netpatrol/internal/record"
)

var (
	at  = time.Date(2026, 11, 26, 1, 0, 0, 0, time.UTC)
	key = ed25519.NewKeyFromSeed(bytes.Repeat([]byte{7}, ed25519.SeedSize))
)

func sample() *record.Handoff {
	return &record.Handoff{
		Head: bots.Head{ID: "e1.handoff", State: record.HandoffSent}, Code: "ABCD2345", About: bots.Target{Kind: bots.KindReport, ID: "r1"},
		Digest: "d1", Approved: at.Add(time.Hour), Revision: 1,
		Package: record.HandoffPackage{
			FromUnit: "椰城市公安局网络警察支队", ToUnit: "美兰分局", Reference: "R2345678", Platform: "微博", Heard: at, Places: []string{"460100 海口市"},
			Indicators: []record.HandoffIndicator{
				{Kind: "phone", Value: "+8613800138000", Role: "suspect", Confidence: 95},
				{Kind: "wechat", Value: "shua'dan", Role: "suspect", Confidence: 70},
				{Kind: "card", Value: "6222********1234", Role: "victim", Confidence: 95, Masked: true},
				{Kind: "amount", Value: "35000", Confidence: 80, Approx: true},
				{Kind: "app", Value: "=cmd|'/c calc'!A1", Confidence: 40},
			},
		},
	}
}

func slip(as string) string { return "ABCD2345-" + as }

func build(t *testing.T, h *record.Handoff) map[string][]byte {
	t.Helper()
	files, err := Build(h, key, slip)
	if err != nil {
		t.Fatal(err)
	}
	all := map[string][]byte{}
	for _, f := range files {
		all[f.Name] = f.Data
	}
	return all
}

func TestTheSameHandoffGivesTheSameBytes(t *testing.T) {
	one, two := build(t, sample()), build(t, sample())
	if len(one) != 6 {
		t.Errorf("%d files", len(one))
	}
	for name, b := range one {
		if !bytes.Equal(b, two[name]) {
			t.Errorf("%s differs", name)
		}
	}
	corrected := sample()
	corrected.Revision, corrected.Notes = 2, []record.HandoffNote{{At: at.Add(2 * time.Hour), Text: "尾号应为8921"}}
	other := build(t, corrected)
	for name := range one {
		if bytes.Equal(one[name], other[name]) {
			t.Errorf("%s does not tell of the correction", name)
		}
	}
}

func TestAPackageThatWasChangedOnTheWayIsFound(t *testing.T) {
	files, err := Build(sample(), key, slip)
	if err != nil {
		t.Fatal(err)
	}
	if err := Verify(files, PublicKey(key)); err != nil {
		t.Errorf("as built: %v", err)
	}
	other := PublicKey(ed25519.NewKeyFromSeed(bytes.Repeat([]byte{8}, ed25519.SeedSize)))
	for name, change := range map[string]func([]File) ([]File, string){
		"one file changed":  func(f []File) ([]File, string) { f[0].Data = append(f[0].Data, ' '); return f, PublicKey(key) },
		"one file left out": func(f []File) ([]File, string) { return f[1:], PublicKey(key) },
		"manifest changed":  func(f []File) ([]File, string) { f[4].Data = append(f[4].Data, ' '); return f, PublicKey(key) },
		"somebody else's":   func(f []File) ([]File, string) { return f, other },
		"no key":            func(f []File) ([]File, string) { return f, "x" },
	} {
		changed := make([]File, len(files))
		for i, f := range files {
			changed[i] = File{f.Name, f.Type, slices.Clone(f.Data)}
		}
		if err := Verify(change(changed)); !errors.Is(err, ErrForged) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

var stixID = regexp.MustCompile(`^[a-z-]+--[0-9a-f]{8}-[0-9a-f]{4}-[45][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$`)

func TestTheBundleHoldsTogether(t *testing.T) {
	var b struct {
		Type, ID string
		Objects  []map[string]any
	}
	if err := json.Unmarshal(build(t, sample())["clue.stix.json"], &b); err != nil || b.Type != "bundle" || !stixID.MatchString(b.ID) {
		t.Fatalf("%v, %s", err, b.ID)
	}
	kinds, ids := map[string]int{}, map[string]bool{}
	for _, o := range b.Objects {
		id := o["id"].(string)
		if !stixID.MatchString(id) || ids[id] || o["spec_version"] != "2.1" || !strings.HasPrefix(id, o["type"].(string)+"--") {
			t.Errorf("object %v", o)
		}
		ids[id] = true
		kinds[o["type"].(string)]++
		if o["type"] != "marking-definition" && o["object_marking_refs"] == nil {
			t.Errorf("%s is not marked", id)
		}
	}
	for _, o := range b.Objects {
		for k, v := range o {
			for _, ref := range references(k, v) {
				if !ids[ref] {
					t.Errorf("%s refers to %s, which is not there", o["id"], ref)
				}
			}
		}
	}
	want := map[string]int{
		"marking-definition": 1, "identity": 1, "location": 1, "phone-number": 1, "user-account": 1, "software": 1, "indicator": 2, "observed-data": 1, "report": 1,
	}
	for k, n := range want {
		if kinds[k] != n {
			t.Errorf("%d of %s, want %d", kinds[k], k, n)
		}
	}
	if kinds["payment-card"] != 0 {
		t.Error("a masked card became an observable")
	}
}

func references(key string, v any) (all []string) {
	if strings.HasSuffix(key, "_ref") {
		return []string{v.(string)}
	}
	if list, ok := v.([]any); ok && strings.HasSuffix(key, "_refs") {
		for _, r := range list {
			all = append(all, r.(string))
		}
	}
	return all
}

func TestAPackageSaysInWordsWhereItComesFrom(t *testing.T) {
	for platform, want := range map[string]string{"bridge": "合作网站", "weibo": "微博", "another": "another"} {
		h := sample()
		h.Package.Platform = platform
		if f := Facts(h); !slices.Contains(f, Fact{"来源", want}) {
			t.Errorf("%s: %v", platform, f)
		}
	}
}

func TestPatternsAreQuoted(t *testing.T) {
	if s := string(build(t, sample())["clue.stix.json"]); !strings.Contains(s, `[user-account:user_id = 'shua\\'dan' AND`) {
		t.Error("a quote ends the pattern")
	}
}

// RFC 9562, appendix A.4.
func TestNamesGiveTheUUIDOfTheStandard(t *testing.T) {
	dns := uuid{0x6b, 0xa7, 0xb8, 0x10, 0x9d, 0xad, 0x11, 0xd1, 0x80, 0xb4, 0x00, 0xc0, 0x4f, 0xd4, 0x30, 0xc8}
	if got := named5(dns, "www.example.com"); got != "2ed6657d-e927-568b-95e1-2665a8aea6a2" {
		t.Error(got)
	}
}

func TestSpreadsheetsRunNothing(t *testing.T) {
	files := build(t, sample())
	lines, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(string(files["clue.csv"]), "\uFEFF"))).ReadAll()
	if err != nil || len(lines) != 6 {
		t.Fatalf("%d lines, %v", len(lines), err)
	}
	for _, l := range lines[1:] {
		if strings.ContainsAny(l[3][:1], "=+-@") {
			t.Errorf("a spreadsheet takes %q for a formula", l[3])
		}
	}
	x, err := excelize.OpenReader(bytes.NewReader(files["clue.xlsx"]))
	if err != nil {
		t.Fatal(err)
	}
	defer x.Close()
	for cell, want := range map[string]string{"D2": "+8613800138000", "D6": "=cmd|'/c calc'!A1"} {
		if v, err := x.GetCellValue("要素", cell); err != nil || v != want {
			t.Errorf("%s: %q, %v", cell, v, err)
		}
		if f, _ := x.GetCellFormula("要素", cell); f != "" {
			t.Errorf("%s is a formula", cell)
		}
	}
}

func TestAWithdrawnPackageTellsNothingElse(t *testing.T) {
	h := sample()
	h.State, h.Package.Reporter = record.HandoffWithdrawn, "微博 账号 xiaoli"
	h.Notes = []record.HandoffNote{{At: at, Text: "单位选错了", Withdrawn: true}}
	files := build(t, h)
	if len(files) != 3 {
		t.Errorf("%d files", len(files))
	}
	page := string(files["clue.html"])
	for _, no := range []string{"13800138000", "xiaoli", "ABCD2345-accepted"} {
		if strings.Contains(page, no) {
			t.Errorf("it still tells %s", no)
		}
	}
	if !strings.Contains(page, "单位选错了") {
		t.Error("it does not say why")
	}
}

func TestThePageEscapesWhatPeopleWrote(t *testing.T) {
	h := sample()
	h.Package.Words = []string{`<script>alert(1)</script>`}
	if strings.Contains(string(build(t, h)["clue.html"]), "<script>") {
		t.Error("a script in the page")
	}
}

func TestWhatIsPassedOnOfWhatPeopleWrote(t *testing.T) {
	const text = "我的身份证是11010519491231002X，我的卡号6222020200112233445，骗子让我转到他的卡6217000010001234567，骗子微信shuadan888，我的手机号13912345678"
	r := NewReader()
	for name, c := range map[string]struct {
		whole   bool
		absent  []string
		present []string
	}{
		"usually":           {false, []string{"11010519491231002X", "6222020200112233445", "13912345678", "5678"}, []string{"shuadan888", "6217000010001234567"}},
		"with the reporter": {true, []string{"11010519491231002X", "6222020200112233445"}, []string{"shuadan888", "13912345678"}},
	} {
		t.Run(name, func(t *testing.T) {
			found, masked := r.Read(text, c.whole)
			all := masked
			for _, i := range found {
				all += " " + i.Value
				if i.Kind == "id" {
					t.Error("an identity card is passed on")
				}
			}
			for _, s := range c.absent {
				if strings.Contains(all, s) {
					t.Errorf("%s is passed on: %s", s, all)
				}
			}
			for _, s := range c.present {
				if !strings.Contains(all, s) {
					t.Errorf("%s is missing: %s", s, all)
				}
			}
		})
	}
}

func FuzzWhatIsPassedOnHoldsNoIdentityCard(f *testing.F) {
	f.Add("身份证11010519491231002X，卡6222020200112233445")
	f.Add("１１０１０５１９４９１２３１００２Ｘ")
	r := NewReader()
	f.Fuzz(func(t *testing.T, text string) {
		found, masked := r.Read(text, false)
		again, _ := r.Read(masked, false)
		for _, i := range slices.Concat(found, again) {
			if i.Kind == "id" {
				t.Fatalf("%q passes an identity card on: %q", text, masked)
			}
		}
	})
}

func TestMerge(t *testing.T) {
	a := record.HandoffIndicator{Kind: "phone", Value: "1", Confidence: 60}
	b := record.HandoffIndicator{Kind: "phone", Value: "1", Role: "suspect", Confidence: 90}
	if got := Merge([]record.HandoffIndicator{a}, []record.HandoffIndicator{b}); len(got) != 1 || got[0] != b {
		t.Errorf("%+v", got)
	}
}

// Outside the desk it is a number seen in reports: nobody is called a suspect before anything was found out.
func TestAPackageCallsNobodyASuspect(t *testing.T) {
	for _, role := range []string{"suspect", "victim", ""} {
		if w := RoleWord(role); strings.Contains(w, "嫌疑") || strings.Contains(w, "涉案") || w == role {
			t.Errorf("%q is %s", role, w)
		}
	}
	page, err := os.ReadFile("clue.html")
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(page), "举报或帖子中出现的号码") || !strings.Contains(string(page), "未经查证") {
		t.Error("the printed page does not say where a number comes from")
	}
}
