package record

import (
	"regexp"
	"strings"
	"unicode"
)

// run is how many letters in a row somebody's words must share with a text to be recognised in
// it: fewer are shared by chance, or by two people who speak of the same thing.
const run = 12

var (
	// exactTime is a time of day to the minute: who looks into their logs finds who wrote then.
	exactTime = regexp.MustCompile(`(?:^|[^\d.:：])(?:[01]?\d|2[0-3])\s*[:：点时]\s*[0-5]\d(?:$|[^\d])|` +
		`(?:[01]?\d|2[0-3]|[零一二两三四五六七八九十]{1,3})\s*[点时]\s*(?:半|[一三]刻|[零一二三四五六七八九十]{2,3}分)`)
	// fewPeople is one or two of those who told us: such a number points at somebody.
	fewPeople = regexp.MustCompile(`(?:^|[^\d.百十一二两三四五六七八九])(?:[12１２一二两])\s*(?:名|位|个|人|起|件|条|次|则|份|封)[^，。；！？\n\d]{0,6}(?:群众|网民|市民|居民|用户|学生|家长|老人|举报|报案|报警|受害|反映|投诉|来信|来电|求助|被骗|受骗|上当)`)
)

// PassOn refuses a text for a site, a platform or an author that gives away who told us: that
// repeats a reporter's words, names a time to the minute, or counts fewer than three of them. told
// is what reporters wrote; known is what whoever gets the text wrote themselves, such as the post
// a warning is about, and may be repeated. It is pure.
func PassOn(text, known string, told []string) error {
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
// what words: another unit that was not given them. It is pure.
func OwnWords(text, known string, told []string) error {
	if repeats(text, known, told) { // promise 15
		return refuse("reporters-words", "the text repeats what a reporter wrote: say it in words of your own")
	}
	return nil
}

// repeats says whether a run of letters of one of told stands in text, whatever is between them.
func repeats(text, known string, told []string) bool {
	body := letters(text)
	if len(body) < run {
		return false
	}
	windows := make(map[string]bool, len(body))
	for i := 0; i+run <= len(body); i++ {
		windows[string(body[i:i+run])] = true
	}
	own := letters(known)
	for i := 0; i+run <= len(own); i++ {
		delete(windows, string(own[i:i+run]))
	}
	for _, t := range told {
		words := letters(t)
		for i := 0; i+run <= len(words); i++ {
			if windows[string(words[i:i+run])] {
				return true
			}
		}
	}
	return false
}

// letters leaves out all but letters and digits.
func letters(s string) []rune {
	return []rune(strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return unicode.ToLower(r)
		}
		return -1
	}, s))
}
