package handoff

import (
	"bufio"
	_ "embed"
	"slices"
	"strings"
)

//go:embed regions.txt
var regionFile string

//go:embed counties.txt
var countyFile string

// Place is an administrative division that a text names.
type Place struct {
	Code string // GB/T 2260, six digits
	Name string
}

func (p Place) String() string { return p.Code + " " + p.Name }

// Regions finds the provinces and prefectures that a text names, in full or by the name people use
// ("海口" for 海口市), and the counties and districts that it names in full, cities of county level also by the
// name people use. It is made once and never changes.
type Regions struct {
	byName map[string][]Place // what people write -> what it can mean
	most   int                // runes of the longest
}

// NewRegions reads the table that ships.
func NewRegions() *Regions {
	r := &Regions{byName: map[string][]Place{}}
	read(regionFile, func(p Place, _ string) {
		r.add(p.Name, p)
		if short := called(p.Name); short != p.Name {
			r.add(short, p)
		}
	})
	read(countyFile, func(p Place, short string) {
		r.add(p.Name, p)
		if short != "" && r.byName[short] == nil { // 恩施 is the prefecture
			r.add(short, p)
		}
	})
	return r
}

func read(file string, each func(p Place, short string)) {
	for s := bufio.NewScanner(strings.NewReader(file)); s.Scan(); {
		if code, rest, ok := strings.Cut(s.Text(), " "); ok && !strings.HasPrefix(code, "#") {
			name, short, _ := strings.Cut(rest, " ")
			each(Place{code, name}, short)
		}
	}
}

func (r *Regions) add(name string, p Place) {
	r.byName[name] = append(r.byName[name], p)
	r.most = max(r.most, len([]rune(name)))
}

// peoples are left out of the names people use: 恩施 is 恩施土家族苗族自治州. Longer ones come first.
var peoples = []string{
	"土家族", "布依族", "哈尼族", "傈僳族", "景颇族", "朝鲜族", "蒙古族", "柯尔克孜", "哈萨克", "维吾尔", "苗族", "侗族", "彝族", "藏族", "羌族", "壮族", "傣族", "白族", "回族",
}

// called is a division's name as people use it; its full name where that would be one character.
func called(name string) string {
	short := name
	for _, end := range []string{"特别行政区", "自治区", "自治州", "地区", "省", "市", "盟"} {
		if s, ok := strings.CutSuffix(short, end); ok {
			short = s
			break
		}
	}
	for again := true; again; {
		again = false
		for _, p := range peoples {
			if s, ok := strings.CutSuffix(short, p); ok && len([]rune(s)) > 1 {
				short, again = s, true
			}
		}
	}
	if len([]rune(short)) < 2 {
		return name
	}
	return short
}

// named is a place and where in a text it is named.
type named struct {
	Place
	at int
}

// Find returns what a text names, each once, in the order it appears; at every place the longest name
// counts. Of what lies in another that is named the smaller counts: "海南省海口市" is Haikou. A name
// with several meanings gives those that lie in or around what else is named, else all of them: a person chooses.
func (r *Regions) Find(text string) []Place {
	var found []named
	runes := []rune(text)
	for i := 0; i < len(runes); {
		places, n := r.longest(runes[i:])
		for _, p := range places {
			found = append(found, named{p, i})
		}
		i += max(n, 1)
	}
	var all []Place
	for _, f := range found {
		if !slices.Contains(all, f.Place) && !f.around(found) && !f.elsewhere(found) {
			all = append(all, f.Place)
		}
	}
	return all
}

// around says whether something that lies in it is named, too.
func (f named) around(found []named) bool {
	return slices.ContainsFunc(found, func(g named) bool { return g.at != f.at && g.within(f.Place) })
}

// elsewhere says whether it is not what is meant: another meaning of its name lies in or around what else is named. A
// county of two characters is only meant where what it lies in is named: 和县 is a county and "and counties".
func (f named) elsewhere(found []named) bool {
	lies := func(p named) bool {
		return slices.ContainsFunc(found, func(g named) bool { return g.at != p.at && p.within(g.Place) })
	}
	if lies(f) {
		return false
	}
	if f.county() && len([]rune(f.Name)) < 3 {
		return true
	}
	return slices.ContainsFunc(found, func(g named) bool { return g.at == f.at && g.Code != f.Code && (lies(g) || g.around(found)) })
}

func (p Place) county() bool { return !strings.HasSuffix(p.Code, "00") }

// within says whether a division lies in another one.
func (p Place) within(o Place) bool {
	if p.Code == o.Code {
		return false
	}
	around := strings.TrimSuffix(strings.TrimSuffix(o.Code, "00"), "00")
	return strings.HasPrefix(p.Code, around)
}

func (r *Regions) longest(runes []rune) ([]Place, int) {
	for n := min(len(runes), r.most); n > 1; n-- {
		if places, ok := r.byName[string(runes[:n])]; ok {
			return places, n
		}
	}
	return nil, 0
}

// Nearest returns the ids of the units that serve a place: those of the very division, else those of the
// prefecture or province around it. units are region codes by id.
func Nearest(code string, units map[string]string) []string {
	for _, n := range []int{6, 4, 2} {
		var ids []string
		for id, region := range units {
			if len(region) == 6 && len(code) == 6 && region == code[:n]+strings.Repeat("0", 6-n) {
				ids = append(ids, id)
			}
		}
		if len(ids) > 0 {
			slices.Sort(ids)
			return ids
		}
	}
	return nil
}
