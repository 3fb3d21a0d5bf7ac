package handoff

import (
	"slices"
	"strings"
	"testing"
)

func TestPlacesInWords(t *testing.T) {
	r := NewRegions()
	for text, want := range map[string]string{
		"我在海口被骗了":         "460100 海口市",
		"我在海南省海口市被骗了":     "460100 海口市",
		"骗子说他在北京朝阳区":      "110105 朝阳区",            // Changchun has one of that name, too
		"我在朝阳区":           "110105 朝阳区,220104 朝阳区", // a person chooses
		"朝阳市这边":           "211300 朝阳市",
		"海口市龙华区":          "460106 龙华区",
		"深圳龙华区":           "440309 龙华区",
		"海南省海口市美兰区的某小区":   "460108 美兰区",
		"在琼海被骗":           "469002 琼海市",
		"东方财富的客服":         "", // 东方 is a city, and a word
		"在海南东方市":          "469007 东方市",
		"在琼海市被骗":          "469002 琼海市",
		"河北石家庄赵县":         "130133 赵县",
		"市和县都问过了":         "", // 和县 is a county
		"安徽马鞍山和县":         "340523 和县",
		"恩施这边有人被骗":        "422800 恩施土家族苗族自治州",
		"湖北恩施土家族苗族自治州":    "422800 恩施土家族苗族自治州",
		"卡是内蒙古开的":         "150000 内蒙古自治区",
		"吉林那边":            "220000 吉林省,220200 吉林市", // of both
		"海南州":             "460000 海南省,632500 海南藏族自治州",
		"先去了广州，又到深圳，又回广州": "440100 广州市,440300 深圳市",
		"没有说在哪里":          "",
		"":                "",
	} {
		got := []string{}
		for _, p := range r.Find(text) {
			got = append(got, p.String())
		}
		slices.Sort(got)
		if s := strings.Join(got, ","); s != want {
			t.Errorf("%q: %s, want %s", text, s, want)
		}
	}
}

func TestTheTableIsWhole(t *testing.T) {
	r := NewRegions()
	codes := map[string]bool{}
	for _, places := range r.byName {
		for _, p := range places {
			codes[p.Code] = true
			if len(p.Code) != 6 || strings.Trim(p.Code, "0123456789") != "" || p.Name == "" || p.county() != strings.Contains(countyFile, p.Code) {
				t.Errorf("odd line %q", p)
			}
		}
	}
	provinces, counties := 0, 0
	for c := range codes {
		if strings.HasSuffix(c, "0000") {
			provinces++
		} else if !strings.HasSuffix(c, "00") {
			counties++
		} else if !codes[c[:2]+"0000"] {
			t.Errorf("%s lies in no province", c)
		}
	}
	if provinces != 34 || len(codes)-counties != 367 || counties != 2847 {
		t.Errorf("%d provinces, %d divisions, %d counties", provinces, len(codes), counties)
	}
}

func TestNearestUnits(t *testing.T) {
	units := map[string]string{"city": "460100", "province": "460000", "district": "460108", "twin": "460100", "none": ""}
	for code, want := range map[string]string{
		"460108": "district", "460100": "city,twin", "460105": "city,twin", "460200": "province", "110000": "", "": "",
	} {
		if got := strings.Join(Nearest(code, units), ","); got != want {
			t.Errorf("%s: %s, want %s", code, got, want)
		}
	}
}
