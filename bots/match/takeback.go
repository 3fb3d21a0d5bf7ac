package match

import (
	"regexp"
	"strings"
)

// speech is a text in Mandarin, with what takes back what was said before found once.
type speech struct {
	text             string
	averted, refused int // up to where
}

func (f Folded) speech() speech {
	s := speech{text: asMandarin(f.Text)}
	s.averted, s.refused = lastEnd(averting, s.text), lastEnd(refusing, s.text)
	return s
}

// lastEnd is where the last match ends; 0: there is none.
func lastEnd(re *regexp.Regexp, text string) (end int) {
	for _, m := range re.FindAllStringIndex(text, -1) {
		end = m[1]
	}
	return end
}

// means says whether a text has a cue and means it. Money that did not leave, left long ago or was asked for in vain does not
// count, nor does what is somebody else's news or only supposed.
func (s speech) means(c Cue, money bool) bool {
	for _, m := range c.spots(s.text) {
		if !(money && s.takenBack(m[0], m[1])) && !s.told(m[0], m[1]) {
			return true
		}
	}
	return false
}

// takenBack says whether what was found about money did not happen, or not lately.
func (s speech) takenBack(from, to int) bool {
	before := s.text[s.clause(from):from]
	return denied.MatchString(before) || denied.MatchString(s.text[from:to]) || to <= max(s.averted, s.refused) || s.stale(from, to)
}

// clause is where the clause of a place begins.
func (s speech) clause(at int) int { return strings.LastIndexAny(s.text[:at], ",。!?;\n") + 1 }

// told says whether what was found is supposed, or somebody else's news: neither the writer nor theirs are named behind it.
func (s speech) told(from, to int) bool {
	if supposed.MatchString(s.text[s.clause(from):from]) {
		return true
	}
	m := hearsay.FindAllStringIndex(s.text[:to], -1)
	return m != nil && !strings.ContainsAny(s.text[min(from, m[len(m)-1][1]):to], "我咱")
}

// stale says whether what was found was long ago: by its own clause, or by the text when nothing there is new.
func (s speech) stale(from, to int) bool {
	if clause := s.text[s.clause(from):to]; longAgo.is.MatchString(clause) {
		return !justNow.is.MatchString(clause)
	}
	return longAgo.is.MatchString(s.text) && !justNow.is.MatchString(s.text)
}

var (
	// denied is found right before a verb that did not happen, or within what was found.
	denied = regexp.MustCompile(`(?:没有?|未|并没|不会|不敢|不想|不肯|不打算|不愿)(?:给|把|跟|向|真的?|再|敢|想|肯|被|来得及)?$|没有?(?:转|汇|打|付|充|交|垫|给|扫|刷|投|借|点|开|发|说|告诉|报|取|成|操作|共享|分享)|` +
		`差(?:一)?(?:点|丢丢|点点|点儿)|险些|几乎|幸亏|幸好|好在|还没|别给|(?:^|[^要])不要|别再|切勿|请勿|勿|莫|一分(?:钱)?(?:都|也)?(?:没|不)`)
	supposed = regexp.MustCompile(`要是|如果|假如|假设|万一|一旦|倘若|凡是|怎(?:么|样)(?:防|预防|避免|识别|辨别)|如何(?:防|预防|避免|识别|辨别)|防止|谨防|预防|防范|警惕`)
	averting = regexp.MustCompile(`(?:幸好|幸亏|还好|好在|多亏|得亏)[^,。!?]{0,12}(?:没|拦|提醒|止付|阻止|劝住)[^,。!?]{0,6}|拦住了|拦下了|止付成功|(?:已经?|都|全)[^,。!?]{0,3}(?:退|追|要)(?:了)?回来?了`)
	refusing = regexp.MustCompile(`(?:我|当场|直接|马上|立刻|就|果断|赶紧)[^,。!?]{0,3}(?:没|没有|不|懒得)(?:理|信|转|汇|付|给|充|做|交|答应|同意|上当|照做|听|开|点|下载|打|操作)|我(?:就|直接|马上|立刻|已经?|果断|赶紧|一下)*(?:把)?(?:他|她|对方|电话|软件)?(?:拒绝|拉黑|删|挂|卸载|举报)(?:了|掉)|没上当|没理(?:他|她|睬)|没答应`)
	hearsay  = regexp.MustCompile(`新闻(?:里|上|说|报|讲|看)|看(?:了|到|过)?(?:个|条)?(?:新闻|电视|电影|报道)|电视(?:剧|上|里|说|讲)|电影|小说|剧情|宣传片|案例|(?:抖音|快手|网上|朋友圈|短视频|视频号|公众号)(?:上|里)?(?:看|刷|说|讲|传|有人|转)|刷到|听说|听人(?:说|讲)|据说|网传|群里?[^,。!?]{0,6}(?:说|传|讲)|谣言|谣传|你们(?:发|宣传|说|讲)的|宣传`)
)
