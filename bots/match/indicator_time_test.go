package match

import (
	"testing"
	"time"
)

func TestWhenIsSeenFromTheMessage(t *testing.T) {
	at := time.Date(2026, 11, 25, 18, 30, 0, 0, beijing()) // a Wednesday
	const day = 24 * time.Hour
	for value, want := range map[string]struct {
		moment    string
		precision time.Duration
	}{
		"刚刚":               {"2026-11-25 18:30", 10 * time.Minute},
		"10分钟前":            {"2026-11-25 18:20", time.Minute},
		"半小时前":             {"2026-11-25 18:00", time.Hour},
		"半个小时前":            {"2026-11-25 18:00", time.Hour},
		"一个半小时前":           {"2026-11-25 17:00", time.Hour},
		"两个小时以前":           {"2026-11-25 16:30", time.Hour},
		"三天前":              {"2026-11-22 18:30", day},
		"两周前":              {"2026-11-11 18:30", 7 * day},
		"一个月前":             {"2026-10-25 18:30", 30 * day},
		"昨晚8点":             {"2026-11-24 20:00", time.Minute},
		"昨晚8点半":            {"2026-11-24 20:30", time.Minute},
		"昨晚":               {"2026-11-24 18:00", 6 * time.Hour},
		"昨天":               {"2026-11-24 00:00", day},
		"前天下午三点":           {"2026-11-23 15:00", time.Minute},
		"大前天":              {"2026-11-22 00:00", day},
		"今天上午":             {"2026-11-25 08:00", 6 * time.Hour},
		"今天3点":             {"2026-11-25 15:00", time.Minute}, // said in the evening
		"今天凌晨两点":           {"2026-11-25 02:00", time.Minute},
		"今早9:05":           {"2026-11-25 09:05", time.Minute},
		"下午4点一刻":           {"2026-11-25 16:15", time.Minute},
		"中午12点":            {"2026-11-25 12:00", time.Minute},
		"昨天晚上12点":          {"2026-11-25 00:00", time.Minute},
		"上周三":              {"2026-11-18 00:00", day},
		"上个星期五":            {"2026-11-20 00:00", day},
		"周一":               {"2026-11-23 00:00", day},
		"周五":               {"2026-11-20 00:00", day}, // not the coming one
		"这周二下午":            {"2026-11-24 13:00", 6 * time.Hour},
		"11月3日":            {"2026-11-03 00:00", day},
		"12月3号":            {"2025-12-03 00:00", day}, // not the coming one
		"去年12月3号":          {"2025-12-03 00:00", day},
		"2026年10月1日晚上9点":   {"2026-10-01 21:00", time.Minute},
		"2026-11-20 15:04": {},
		"上个月15号":           {"2026-10-15 00:00", day},
		"前几天":              {},
		"13月40日":           {},
		"":                 {},
	} {
		got, precision, ok := When(value, at)
		if want.moment == "" {
			if ok && value != "2026-11-20 15:04" {
				t.Errorf("%s is read as %s", value, got)
			}
			continue
		}
		if s := got.Format("2006-01-02 15:04"); !ok || s != want.moment || precision != want.precision {
			t.Errorf("%s: %s ± %s (%v), want %s ± %s", value, s, precision, ok, want.moment, want.precision)
		}
	}
}
