package templates

import (
	"regexp"
	"slices"
	"strings"
	"time"
)

// blaming words put the fault on somebody who was cheated.
var blaming = regexp.MustCompile(`谁(?:让|叫|要)(?:你|您)|(?:你|您)(?:自己|本人|们)?(?:太|真|这么|怎么这么|怎么那么|实在|就是|也太)(?:是)?(?:贪|傻|笨|蠢|天真|糊涂|不小心|大意|轻信|好骗|幼稚|无知)|` +
	`(?:怪|怨|赖)(?:不得|不了)(?:别人|骗子|他人|谁)|(?:只能|只好|要怪就|都)(?:怪|怨)(?:你|您|自己)|(?:是|全是|都是|完全是|就是)(?:你|您)(?:自己)?(?:的)?(?:错|责任|问题|活该|贪心|自找)|` +
	`活该|自作自受|咎由自取|自讨苦吃|自找的|贪(?:心|婪)(?:不足|害了|所致|才|惹)|(?:你|您)(?:自己)?(?:的)?(?:贪心|贪婪|贪念|愚蠢|无知)|贪小便宜(?:才|吃|的(?:人|你|您|后果))|(?:因为|由于|都怪)(?:你|您)?(?:自己)?(?:贪|太傻|太笨|轻信)|` +
	`早(?:就)?(?:跟|和|告诉|提醒|警告|劝)过?(?:你|您)(?:说)?过?|早(?:干嘛|干什么|做什么)去了|(?:交|缴)(?:了)?(?:智商税|学费)|智商(?:低|税|不够|堪忧|欠费)|长(?:点)?(?:脑子|记性|教训)|没(?:长)?脑子|(?:这|那)么(?:简单|明显|低级)的(?:骗局|骗术|套路)(?:你|您|也|都)|自己(?:不(?:小心|注意|长心)|犯傻|送上门|贪)`)

var blamingEnglish = regexp.MustCompile(`\b(?:your own (?:fault|greed|stupidity|doing|carelessness)|(?:is|was|it's|all) your fault|you (?:only )?have (?:only )?yourself to blame|you should have known|you should(?:n't| not) have been so|serves? you right|how could you (?:be so|fall)|(?:you (?:were|are)|you're|being) (?:so |too |just |very )?(?:greedy|stupid|foolish|naive|gullible|careless|an idiot)|what did you expect|you asked for it|use your brain|you fell for such|we told you so|we warned you|don't be so (?:stupid|naive|gullible|greedy))\b`)

// absolving words in front turn blame into comfort.
var absolving = regexp.MustCompile(`(?:不|别|不要|并非|不会|没人|没有人|无需|不必|绝不|从不|请勿|不是|切莫|不应|不该|never|not|isn't|wasn't|no one|nobody|don't|do not)[^，。；！？,.;!?\n]{0,6}$`)

func lintBlame(f folded) (all []Finding) {
	text := f.String()
	for _, re := range []*regexp.Regexp{blaming, blamingEnglish} {
		for _, m := range re.FindAllStringIndex(text, -1) {
			if !absolving.MatchString(tail(text[:m[0]])) && !inQuotes(text, m[0]) { // promise 11
				all = append(all, Finding{Rule: Blame, Span: f.span(runeAt(text, m[0]), runeAt(text, m[1])), Message: "这句话在责怪受害人：请改成安慰和下一步怎么做"})
			}
		}
	}
	return all
}

// inQuotes says whether a place lies between quotation marks: somebody else's words.
func inQuotes(text string, at int) bool {
	var q quotation
	for _, r := range text[:at] {
		q.see(r)
	}
	return q.open() > 0
}

var holes = regexp.MustCompile(`\{\{|\}\}|<no value>|<nil>|%!\w?\(|\$\{|<[\p{Han}]{1,12}>|[×✕╳✖]{2,}|(?:[XＸ]{2,}|[xｘ]{3,})|_{3,}|＿{2,}|[【\[（(]\s*(?:待填|待定|待补|填写|请填写|此处|在此|姓名|单位|单位名称|编号|日期|时间|地点|链接|电话|内容|xx|TBD|name|unit|date|insert[^\])】）]*)\s*[】\]）)]|(?i:\btbd\b|\btodo\b|lorem ipsum)`)

func lintUnfilled(text string) (all []Finding) {
	for _, m := range holes.FindAllStringIndex(text, -1) {
		if !insideWord(text, m) { // promise 11
			all = append(all, Finding{Rule: Unfilled, Span: Span{m[0], m[1]}, Message: "“" + text[m[0]:m[1]] + "”没有填写：补上内容再发"})
		}
	}
	return all
}

// insideWord spares an x run that is part of a Latin word or a code.
func insideWord(text string, m []int) bool {
	if strings.Trim(text[m[0]:m[1]], "xX") != "" {
		return false
	}
	code := func(c byte) bool {
		return c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c == '-'
	}
	return m[0] > 0 && code(text[m[0]-1]) || m[1] < len(text) && code(text[m[1]])
}

// lintLaw refuses citations of laws and articles that have ended.
func lintLaw(f folded, now time.Time) (all []Finding) {
	text := f.String()
	for _, l := range endedLaws() {
		if l.ends.After(now) && !now.IsZero() {
			continue
		}
		for _, m := range l.pattern.FindAllStringIndex(text, -1) {
			if l.about == nil || l.about.MatchString(text) { // promise 11
				all = append(all, Finding{Rule: Law, Span: f.span(runeAt(text, m[0]), runeAt(text, m[1])), Message: l.Cite + "自 " + l.Ended + " 起不再适用：" + l.Instead})
			}
		}
	}
	slices.SortFunc(all, func(a, b Finding) int { return a.Start - b.Start })
	return all
}
