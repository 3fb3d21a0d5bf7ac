package record

import (
	"regexp"
	"slices"
	"strings"
	"unicode"

	"netpatrol/bots"
)

const (
	// run is how many letters in a row somebody's words must share with a text to be recognised in
	// it: fewer are shared by chance, or by two people who speak of the same thing.
	run = 12
	// publicRun is that of a text for everybody, which speaks of what many have met.
	publicRun = 16
	// publicTellers is from how many people on a phrase points at none of them.
	publicTellers = 3
	// mostRetold bounds the places that are named.
	mostRetold = 5
)

var (
	// exactTime is a time of day to the minute: who looks into their logs finds who wrote then.
	exactTime = regexp.MustCompile(`(?:^|[^\d.:：])(?:[01]?\d|2[0-3])\s*[:：点时]\s*[0-5]\d(?:$|[^\d])|` +
		`(?:[01]?\d|2[0-3]|[零一二两三四五六七八九十]{1,3})\s*[点时]\s*(?:半|[一三]刻|[零〇一二三四五六七八九十]{2,3})|` +
		`(?:[上中下]午|早上?|晚上?|凌晨|夜里?|傍晚)\s*[零一二两三四五六七八九十]{1,3}\s*[点时]十分`)
	// fewPeople is one or two of those who told us: such a number points at somebody.
	fewPeople = regexp.MustCompile(`(?:^|[^\d.百十一二两三四五六七八九])(?:[12１２一二两])\s*(?:名|位|个|人|起|件|条|次|则|份|封)[^，。；！？\n\d]{0,6}(?:群众|网民|市民|居民|用户|学生|家长|老人|举报|报案|报警|受害|反映|投诉|来信|来电|求助|被骗|受骗|上当)|` +
		`(?:举报|报案|报警|受害|投诉|求助|被骗|受骗|上当)(?:人|者|群众)?[^，。；！？\n\d百十一二两三四五六七八九０-９]{0,4}(?:[12１２]\s*(?:名|位|人|起|件|条|则|份|封)|[一二两](?:名|位|件|条|则|份|封)|[二两]起)`)
)

// stock are phrases that everybody has read on a poster: they are nobody's own words.
var stock = strings.Join([]string{
	"不轻信陌生来电不点击陌生链接不透露个人信息不向陌生账户转账汇款", "不轻信、不透露、不转账", "未知链接不点击陌生来电不轻信个人信息不透露转账汇款多核实",
	"如遇诈骗请立即拨打110报警", "请及时拨打110或96110咨询", "请下载安装国家反诈中心APP并开启预警功能", "公检法机关不会通过电话要求转账不存在所谓的安全账户",
	"凡是要求转账汇款的都是诈骗", "凡是刷单都是诈骗", "天上不会掉馅饼",
}, "\n")

// Told is what somebody told us.
type Told struct {
	Teller string // the conversation
	Text   string
}

// PassOn refuses a text for a site, a platform or an author that gives away who told us: that
// repeats a reporter's words, names a time to the minute, or counts fewer than three of them. told
// is what reporters wrote; known is what whoever gets the text wrote themselves, such as the post
// a warning is about, and may be repeated. It is pure.
func PassOn(text, known string, told []Told) error {
	if err := OwnWords(text, known, told); err != nil {
		return err
	}
	if exactTime.MatchString(text) { // promise 15
		return refuse("exact-time", "the text names a time to the minute: leave it at the day")
	}
	if fewPeople.MatchString(text) { // promise 15
		return refuse("few-people", "the text counts fewer than three people: leave the number out")
	}
	return nil
}

// OwnWords refuses a text that repeats a reporter's words, for whoever may know when and how many, but not in
// what words: another unit that was not given them. It names the longest place. It is pure.
func OwnWords(text, known string, told []Told) error {
	places := retold(text, known, told, run, 0)
	if len(places) > 0 { // promise 15
		return refuse("reporters-words", "the text repeats what a reporter wrote, “%s”: say it in words of your own", longest(places))
	}
	return nil
}

// PublicWords are the places, at most five, at which a text for everybody repeats what one or two people wrote to us. What three
// or more wrote, such as the text that a swindler sends around, points at nobody. It is pure.
func PublicWords(text, known string, told []Told) []string {
	return retold(text, known, told, publicRun, publicTellers)
}

// UnquotedWords refuses a text for everybody with such places, unless its author answers for it that they are no reporter's own words.
func UnquotedWords(places []string, quoted bool) error {
	if len(places) > 0 && !quoted { // promise 15
		return refuse("public-words", "the text repeats what a reporter wrote, “%s”: say it in words of your own, or say that these are the swindler's words as they go round; the approver then sees it", longest(places))
	}
	return nil
}

func longest(places []string) string {
	return clipRunes(slices.MaxFunc(places, func(a, b string) int { return len(a) - len(b) }), 60)
}

// shared is a run of letters of a text: where it stands in it, and who wrote it to us, too.
type shared struct {
	at   []int
	said map[string]bool
}

// retold are the places of a text that repeat so many letters in a row of what somebody told us, whatever stands between them; few,
// unless it is zero, is from how many people on it does not count.
func retold(text, known string, told []Told, run, few int) (places []string) {
	body, spans := letters(text)
	windows := windowsOf(body, run)
	for _, free := range []string{known, stock} {
		own, _ := letters(free)
		for i := 0; i+run <= len(own); i++ {
			delete(windows, string(own[i:i+run]))
		}
	}
	if len(windows) == 0 {
		return nil
	}
	for _, t := range told {
		words, _ := letters(t.Text)
		for i := 0; i+run <= len(words); i++ {
			if w := windows[string(words[i:i+run])]; w != nil {
				w.said[t.Teller] = true
			}
		}
	}
	hit := make([]bool, len(body))
	for _, w := range windows {
		if n := len(w.said); n == 0 || few > 0 && n >= few {
			continue
		}
		for _, at := range w.at {
			for i := at; i < at+run; i++ {
				hit[i] = true
			}
		}
	}
	return stretches(text, spans, hit)
}

func windowsOf(body []rune, run int) map[string]*shared {
	windows := make(map[string]*shared, len(body))
	for i := 0; i+run <= len(body); i++ {
		key := string(body[i : i+run])
		if windows[key] == nil {
			windows[key] = &shared{said: map[string]bool{}}
		}
		windows[key].at = append(windows[key].at, i)
	}
	return windows
}

// stretches are the parts of a text whose letters are all hit, as they stand there.
func stretches(text string, spans []bots.Span, hit []bool) (places []string) {
	for i := 0; i < len(hit) && len(places) < mostRetold; i++ {
		if !hit[i] {
			continue
		}
		from := i
		for i+1 < len(hit) && hit[i+1] {
			i++
		}
		places = append(places, strings.Join(strings.Fields(text[spans[from].Start:spans[i].End]), " "))
	}
	return places
}

// letters leaves out all but letters and digits, and says where each stood.
func letters(s string) (all []rune, spans []bots.Span) {
	for i, r := range s {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			all = append(all, unicode.ToLower(r))
			spans = append(spans, bots.Span{Start: i, End: i + len(string(r))})
		}
	}
	return all, spans
}

func clipRunes(s string, most int) string {
	if r := []rune(s); len(r) > most {
		return string(r[:most]) + "…"
	}
	return s
}
