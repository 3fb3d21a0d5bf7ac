package templates

import (
	"strings"
	"testing"
	"testing/fstest"
	"time"
)

func TestCatalogueIsWholeAndLeavesTheHouse(t *testing.T) {
	rows, err := Catalogue()
	if err != nil {
		t.Fatal(err)
	}
	if len(rows) != 52 {
		t.Errorf("%d rows, want 52", len(rows))
	}
	for _, r := range rows {
		text := "识别：" + r.Signs + "。怎么办：" + r.Advice + "。"
		for _, f := range Lint(text, policy(t)) {
			t.Errorf("%s %s: the linter refuses %q (%s)", r.ID, r.Name, text[f.Start:f.End], f.Rule)
		}
	}
	now := time.Date(2026, 11, 25, 0, 0, 0, 0, time.UTC)
	if r, ok := Find(rows, "E2", now); !ok || r.Name != "冒充网警追款" {
		t.Errorf("Find E2 = %+v, %v", r, ok)
	}
	if _, ok := Find(rows, "E2", now.AddDate(-10, 0, 0)); ok {
		t.Error("a row was found before it was valid")
	}
}

func TestHotlinesAreDated(t *testing.T) {
	p := policy(t)
	for _, number := range []string{"110", "12110", "96110", "12345", "12389", "12355", "12356", "01012321"} {
		if !p.listed(number) {
			t.Errorf("%s is not in the table", number)
		}
	}
	p.Now = time.Date(2024, 6, 1, 0, 0, 0, 0, time.UTC)
	if p.listed("12356") {
		t.Error("12356 was listed before 2025")
	}
}

func TestTablesRefuse(t *testing.T) {
	for _, tt := range []struct{ name, table, says string }{
		{"unknown key", "- {number: \"110\", name: a, colour: red, valid_from: 2024-01-01}", "colour"},
		{"no date", "- {number: \"110\", name: a}", "valid_from"},
		{"bad end", "- {number: \"110\", name: a, valid_from: 2024-01-01, valid_to: soon}", "valid_to"},
		{"not a number", "- {number: \"call me\", name: a, valid_from: 2024-01-01}", "not a telephone number"},
		{"empty", "[]", "empty"},
	} {
		_, err := LoadHotlines(fstest.MapFS{"h.yaml": {Data: []byte(tt.table)}}, "h.yaml")
		if err == nil || !strings.Contains(err.Error(), tt.says) {
			t.Errorf("%s: %v, want it to say %q", tt.name, err, tt.says)
		}
	}
	twice := "- {id: A1, class: a, name: a, signs: a, advice: a, valid_from: 2024-01-01}\n"
	if _, err := LoadCatalogue(fstest.MapFS{"f.yaml": {Data: []byte(twice + twice)}}, "f.yaml"); err == nil || !strings.Contains(err.Error(), "twice") {
		t.Errorf("a row that occurs twice: %v", err)
	}
}

func TestFilingsAreDatedAndHaveASource(t *testing.T) {
	rows, err := Filings()
	if err != nil {
		t.Fatal(err)
	}
	now := time.Date(2026, 11, 26, 0, 0, 0, 0, time.UTC)
	if r, ok := FilingAt(rows, "海口龙华区", nil, now); !ok || r.Place != Everywhere || r.Amount != 3000 {
		t.Errorf("elsewhere: %+v, %v", r, ok)
	}
	own := append([]Filing{{Place: "海口", Amount: 5000, Dates: Dates{ValidFrom: "2026-01-01", ValidTo: "2026-12-01"}}}, rows...)
	if r, _ := FilingAt(own, "海口龙华区", nil, now); r.Amount != 5000 {
		t.Errorf("a place's own row is passed over: %+v", r)
	}
	if r, _ := FilingAt(own, "海口龙华区", nil, now.AddDate(0, 1, 0)); r.Amount != 3000 {
		t.Errorf("a row that has ended holds: %+v", r)
	}
	if _, ok := FilingAt(nil, "海口", nil, now); ok {
		t.Error("an empty table gives a figure")
	}
	for _, bad := range []string{"- {place: 某市, amount: 0, source: x, valid_from: 2026-01-01}", "- {place: 某市, amount: 1, valid_from: 2026-01-01}", "- {place: 某市, amount: 1, source: x}"} {
		if _, err := LoadFilings(fstest.MapFS{"f.yaml": {Data: []byte(bad)}}, "f.yaml"); err == nil {
			t.Errorf("%s is accepted", bad)
		}
	}
}

// A county falls to its city, a city to its province, a province to the whole country.
func TestTheNarrowestFilingHolds(t *testing.T) {
	dates := Dates{ValidFrom: "2026-01-01"}
	rows := []Filing{
		{Place: Everywhere, Amount: 3000, Dates: dates}, {Region: "460000", Amount: 4000, Dates: dates}, {Region: "460100", Amount: 5000, Dates: dates},
		{Region: "460106", Amount: 6000, Dates: dates}, {Place: "三亚", Amount: 7000, Dates: dates}, {Place: "鹿城", Region: "460200", Amount: 8000, Dates: dates},
	}
	now := time.Date(2026, 11, 26, 0, 0, 0, 0, time.UTC)
	for _, c := range []struct {
		place   string
		regions []string
		want    int
	}{
		{"龙华区", []string{"460106"}, 6000}, {"美兰区", []string{"460108"}, 5000}, {"海口", []string{"460100"}, 5000}, {"琼海市", []string{"469002"}, 4000},
		{"海南", []string{"460000"}, 4000}, {"广州", []string{"440100"}, 3000}, {"", nil, 3000}, {"在三亚", nil, 7000}, {"鹿城这边", nil, 8000},
		{"三亚", []string{"460200"}, 8000}, {"龙华区", []string{"440309", "460106"}, 6000},
	} {
		if r, ok := FilingAt(rows, c.place, c.regions, now); !ok || r.Amount != c.want {
			t.Errorf("%s %v: %d, want %d", c.place, c.regions, r.Amount, c.want)
		}
	}
}
