package match

import (
	"regexp"
	"strings"
	"time"
	"unicode/utf8"
)

const (
	numeral = `(?:\d{1,2}|[一二两三四五六七八九十]{1,3})`
	dayPart = `(?:凌晨|半夜|清早|清晨|早上|早晨|上午|中午|下午|傍晚|晚上|夜里|早|晚)`
	// clockTime needs its minutes, or 点: "3点", "三点半", "8:30", "15时20分".
	clockTime = `(?:` + numeral + `(?:点钟|点半|点|时)(?:` + numeral + `分?|一刻|三刻)?|[0-2]?\d:[0-5]\d(?::[0-5]\d)?)`
	dayName   = `(?:大前天|前天|前日|昨天|昨日|昨儿|今天|今日|今儿|当天|昨|今|前|(?:上上|上|这|本)?(?:个)?(?:周|星期|礼拜)[一二三四五六日天末]|` +
		`(?:\d{4}年|去年|今年)?\d{1,2}月\d{1,2}[日号]?|\d{4}[-/.]\d{1,2}[-/.]\d{1,2}|(?:上个?月|这个?月|本月)\d{1,2}[日号]|\d{1,2}号|\d{4}年\d{1,2}月)`
	span = `(?:\d+(?:\.5)?|[一二两三四五六七八九十半]+|几|十几|十来)个?半?(?:分钟|小时|钟头|天|周|星期|礼拜|月|年)(?:前|以前|之前)`
)

var (
	moments = regexp.MustCompile(`^(?:刚才|刚刚|前几天|前两天|前段时间|` + span + `|` +
		dayName + dayPart + `?(?:的)?` + clockTime + `?|` + dayPart + clockTime + `|` +
		`上上?(?:个)?(?:周|星期|礼拜|月)|去年(?:\d{1,2}月)?|月初|年初)`)
	// bareDay are words that say a day only together with a part of it or an hour.
	bareDay = regexp.MustCompile(`^(?:昨|今|前|当天|\d{1,2}号)$|^(?:周|星期|礼拜)[一二三四五六日天末]$`)
)

func (f Folded) times() (all []candidate) {
	for from := 0; from < len(f.Text); {
		r, w := utf8.DecodeRuneInString(f.Text[from:])
		if !strings.ContainsRune(timely, r) {
			from += w
			continue
		}
		value := moments.FindString(f.Text[from:min(len(f.Text), from+longestTime)])
		if c, ok := f.moment(from, value); ok {
			all = append(all, c)
		}
		from += max(w, len(value))
	}
	return all
}

const (
	// timely are the characters with which a moment begins.
	timely = "0123456789一二两三四五六七八九十半几刚前昨今当大上这本周星礼去月年早晚凌中下夜清傍"
	// longestTime bounds how much of a text is read as one moment, in bytes.
	longestTime = 72
)

// moment takes what reads like one, unless it is a piece of a number or the number of something.
func (f Folded) moment(from int, value string) (candidate, bool) {
	switch {
	case value == "", bareDay.MatchString(value) && !strings.HasSuffix(value, "号"):
		return candidate{}, false
	case from > 0 && isDigit(f.Text[from-1]) && isDigit(value[0]):
		return candidate{}, false
	case strings.HasSuffix(value, "号") && !strings.Contains(value, "月"):
		return candidate{}, false
	}
	sure := 70
	if _, _, ok := When(value, time.Unix(0, 0)); !ok {
		sure = 50
	}
	return found(Time, value, from, from+len(value), sure), true
}

// beijing is the zone in which people in China name times; it has had no summer time since 1991.
func beijing() *time.Location { return time.FixedZone("Asia/Shanghai", 8*60*60) }

var (
	relative = regexp.MustCompile(`^(\d+(?:\.5)?|[一二两三四五六七八九十半]+)(个?半?)个?(分钟|小时|钟头|天|周|星期|礼拜|月|年)`)
	fullDate = regexp.MustCompile(`^(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})`)
	monthDay = regexp.MustCompile(`^(去年|今年)?(\d{1,2})月(\d{1,2})`)
	thisDay  = regexp.MustCompile(`^(上个?月|这个?月|本月)(\d{1,2})`)
	weekday  = regexp.MustCompile(`^(上上|上|这|本)?个?(?:周|星期|礼拜)([一二三四五六日天末])`)
	hourMin  = regexp.MustCompile(`(` + numeral + `)(?:点钟|点|时|:)(半|一刻|三刻|` + numeral + `)?`)
	partOf   = regexp.MustCompile(dayPart)
	numerals = strings.NewReplacer("礼拜", "周", "星期", "周")
)

// When reads a [Time] indicator's value as a moment, seen from the moment at which it was
// written, in Beijing time. Precision is how far off the moment may be: a minute for an hour that
// was named, some hours for "昨晚", a day for "前天", more for weeks and months. What it cannot
// read ("前几天") is not ok.
func When(value string, at time.Time) (moment time.Time, precision time.Duration, ok bool) {
	at = at.In(beijing())
	value = numerals.Replace(value)
	switch value {
	case "刚才", "刚刚":
		return at, 10 * time.Minute, true
	}
	if m := relative.FindStringSubmatch(value); m != nil && strings.HasSuffix(value, "前") {
		return ago(m, at)
	}
	day, precision, rest, ok := dayOf(value, at)
	if !ok {
		return time.Time{}, 0, false
	}
	return hourOf(day, precision, rest, at)
}

func ago(m []string, at time.Time) (time.Time, time.Duration, bool) {
	halves := 2 * numberOf(m[1])
	if m[1] == "半" {
		halves = 1
	}
	if strings.HasSuffix(m[1], ".5") || strings.Contains(m[2], "半") {
		halves++
	}
	if halves == 0 {
		return time.Time{}, 0, false
	}
	units := map[string]time.Duration{
		"分钟": time.Minute, "小时": time.Hour, "钟头": time.Hour, "天": 24 * time.Hour, "周": 7 * 24 * time.Hour,
	}
	switch unit := units[m[3]]; {
	case unit > 0:
		return at.Add(-time.Duration(halves) * unit / 2), unit, true
	case m[3] == "月":
		return at.AddDate(0, -halves/2, -halves%2*15), 30 * 24 * time.Hour, true
	}
	return at.AddDate(-halves/2, -halves%2*6, 0), 365 * 24 * time.Hour, true
}

// dayOf reads the day a value begins with; without one it is today. rest is what follows.
func dayOf(value string, at time.Time) (day time.Time, precision time.Duration, rest string, ok bool) {
	today := time.Date(at.Year(), at.Month(), at.Day(), 0, 0, 0, 0, at.Location())
	const aDay = 24 * time.Hour
	for _, d := range [...]struct {
		word string
		back int
	}{
		{"大前天", 3}, {"前天", 2}, {"前日", 2}, {"昨天", 1}, {"昨日", 1}, {"昨儿", 1}, {"今天", 0}, {"今日", 0}, {"今儿", 0}, {"当天", 0},
		{"昨", 1}, {"今", 0}, {"前", 2},
	} {
		if after, found := strings.CutPrefix(value, d.word); found && !strings.HasPrefix(after, "年") && !strings.HasPrefix(after, "几") {
			return today.AddDate(0, 0, -d.back), aDay, after, true
		}
	}
	if m := fullDate.FindStringSubmatch(value); m != nil {
		day, ok = dateOf(numberOf(m[1]), numberOf(m[2]), numberOf(m[3]), at)
		return day, aDay, strings.TrimLeft(value[len(m[0]):], "日号"), ok
	}
	if m := monthDay.FindStringSubmatch(value); m != nil {
		day, ok = dateOf(yearOf(m[1], at), numberOf(m[2]), numberOf(m[3]), at)
		if ok && m[1] == "" && day.After(at) {
			day = day.AddDate(-1, 0, 0)
		}
		return day, aDay, strings.TrimLeft(value[len(m[0]):], "日号"), ok
	}
	if m := thisDay.FindStringSubmatch(value); m != nil {
		first := time.Date(at.Year(), at.Month(), 1, 0, 0, 0, 0, at.Location())
		if strings.HasPrefix(m[1], "上") {
			first = first.AddDate(0, -1, 0)
		}
		day, ok = dateOf(first.Year(), int(first.Month()), numberOf(m[2]), at)
		return day, aDay, strings.TrimLeft(value[len(m[0]):], "日号"), ok
	}
	if m := weekday.FindStringSubmatch(value); m != nil {
		return weekdayOf(m[1], m[2], today), aDay, value[len(m[0]):], true
	}
	if partOf.MatchString(value) && hourMin.MatchString(value) {
		return today, aDay, value, true
	}
	return time.Time{}, 0, "", false
}

func dateOf(year, month, day int, at time.Time) (time.Time, bool) {
	d := time.Date(year, time.Month(month), day, 0, 0, 0, 0, at.Location())
	return d, month >= 1 && month <= 12 && d.Day() == day && d.Month() == time.Month(month)
}

func yearOf(word string, at time.Time) int {
	if word == "去年" {
		return at.Year() - 1
	}
	return at.Year()
}

// weekdayOf is the named day of the week before (上), this week (这, 本), or the last one gone by.
func weekdayOf(which, name string, today time.Time) time.Time {
	n := strings.Index("一二三四五六日", name)/3 + 1
	if name == "天" || name == "末" {
		n = 7
	}
	monday := today.AddDate(0, 0, -(int(today.Weekday())+6)%7)
	day := monday.AddDate(0, 0, n-1)
	switch which {
	case "上上":
		return day.AddDate(0, 0, -14)
	case "上":
		return day.AddDate(0, 0, -7)
	case "":
		if day.After(today) {
			return day.AddDate(0, 0, -7)
		}
	}
	return day
}

// hourOf adds the hour, or the part of the day, that rest names.
func hourOf(day time.Time, precision time.Duration, rest string, at time.Time) (time.Time, time.Duration, bool) {
	part := partOf.FindString(rest)
	m := hourMin.FindStringSubmatch(rest)
	if m == nil {
		if from, ok := partBegins[part]; ok {
			return day.Add(time.Duration(from) * time.Hour), 6 * time.Hour, true
		}
		return day, precision, rest == "" || part != ""
	}
	hour, minute := numberOf(m[1]), minutesOf(m[2])
	if hour > 24 || minute > 59 {
		return time.Time{}, 0, false
	}
	switch part {
	case "下午", "傍晚", "晚上", "晚", "夜里":
		if hour < 12 && !(part != "下午" && part != "傍晚" && hour < 5) {
			hour += 12
		} else if hour <= 12 && part != "下午" {
			hour = hour%12 + 24 // 晚上12点, 夜里1点: after midnight
		}
	case "中午":
		if hour < 3 {
			hour += 12
		}
	case "凌晨", "半夜":
		hour %= 12
	}
	moment := day.Add(time.Duration(hour)*time.Hour + time.Duration(minute)*time.Minute)
	if later := moment.Add(12 * time.Hour); part == "" && hour < 12 && !later.After(at) && later.Day() == day.Day() && !strings.Contains(m[0], ":") {
		moment = later // "3点" said in the evening was in the afternoon
	}
	return moment, time.Minute, true
}

// partBegins are the hours at which the parts of a day begin, about.
var partBegins = map[string]int{
	"凌晨": 0, "半夜": 0, "清早": 5, "清晨": 5, "早上": 6, "早晨": 6, "早": 6, "上午": 8, "中午": 11, "下午": 13, "傍晚": 17, "晚上": 18, "晚": 18, "夜里": 21,
}

func minutesOf(s string) int {
	switch s {
	case "半":
		return 30
	case "一刻":
		return 15
	case "三刻":
		return 45
	}
	return numberOf(s)
}

// numberOf reads figures or a Chinese number below a hundred; 0 when it is neither.
func numberOf(s string) int {
	s = strings.TrimSuffix(s, ".5")
	if c, ok := cents(s); ok && s != "" {
		return int(c / 100)
	}
	return 0
}
