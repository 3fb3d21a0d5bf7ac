package adapters

import (
	"errors"
	"testing"
	"time"
)

func TestWhatAPlatformDemandsBesidesLength(t *testing.T) {
	limit := TextLimit{Max: 140, Unit: FullWidths, Links: []string{"gaj.example.gov.cn"}, NoTopics: true}
	for _, c := range []struct{ name, text, want string }{
		{"a link to the host", "谨防刷单 https://gaj.example.gov.cn/n/1。", ""},
		{"a link below the host", "谨防刷单 http://www.gaj.example.gov.cn/1", ""},
		{"upper case", "谨防刷单 https://GAJ.example.gov.cn/1", ""},
		{"no link", "谨防刷单", "link"},
		{"a link elsewhere", "谨防刷单 https://example.com/", "link"},
		{"a host that only ends alike", "谨防刷单 https://evilgaj.example.gov.cn.example/", "link"},
		{"a host with a longer name", "谨防刷单 https://notgaj.example.gov.cn/", "link"},
		{"a topic", "#反诈# 谨防刷单 https://gaj.example.gov.cn/1", "topic"},
		{"a full-width topic", "＃反诈＃ 谨防刷单 https://gaj.example.gov.cn/1", "topic"},
		{"a number sign alone", "1#楼有人冒充民警 https://gaj.example.gov.cn/1", ""},
		{"number signs of a link", "谨防刷单 https://gaj.example.gov.cn/1#a#b", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			var unfit *Unfit
			err := limit.Check(c.text)
			got := ""
			switch {
			case errors.As(err, &unfit) && unfit.Topic != "":
				got = "topic"
			case errors.As(err, &unfit):
				got = "link"
			}
			if got != c.want || err != nil && err.Error() == "" {
				t.Errorf("%v, want %q", err, c.want)
			}
		})
	}
}

func TestPollingFitsTheCallsOfADay(t *testing.T) {
	for _, c := range []struct {
		name    string
		budget  CallBudget
		sources int
		want    time.Duration
	}{
		{"a hundred calls, three sources", CallBudget{N: 100, Per: 24 * time.Hour}, 3, 43*time.Minute + 12*time.Second},
		{"a tenth kept back", CallBudget{N: 100, Per: 24 * time.Hour, Spare: 10}, 3, 48 * time.Minute},
		{"one source", CallBudget{N: 100, Per: 24 * time.Hour, Spare: 10}, 1, 16 * time.Minute},
		{"everything kept back", CallBudget{N: 5, Per: time.Hour, Spare: 9}, 1, time.Hour},
		{"not counted", CallBudget{Per: time.Hour}, 3, 0},
		{"nothing polled", CallBudget{N: 100, Per: time.Hour}, 0, 0},
	} {
		if got := c.budget.Every(c.sources); got != c.want {
			t.Errorf("%s: every %s, want %s", c.name, got, c.want)
		}
	}
}
