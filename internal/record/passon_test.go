package record_test

import (
	"slices"
	"strings"
	"testing"

	"netpatrol/internal/record"
)

// told is what two reporters wrote.
func told() []record.Told {
	return []record.Told{{Teller: "a", Text: "昨晚我在你们网站的二手版块看到有人卖银行卡，我加了他QQ 12345678 还转了定金"}, {Teller: "b", Text: "有人招刷单"}}
}

func TestPromise15_NothingThatIsPassedOnGivesAReporterAway(t *testing.T) {
	for _, c := range []struct{ name, text, code string }{
		{"their words", "据反映：昨晚我在你们网站的二手版块看到有人卖银行卡。请核查。", "reporters-words"},
		{"their words with other marks between", "贵站“二手版块 看到有人 卖银行卡”，我 加 了 他 qq。", "reporters-words"},
		{"their number", "对方自称 QQ 12345678，还转了定金，请处理。", "reporters-words"},
		{"a time to the minute", "11月24日21:05出现的帖子，请删除。", "exact-time"},
		{"a time in words", "当晚 9点05 发布。", "exact-time"},
		{"a half hour, in words", "当晚八点半左右发布。", "exact-time"},
		{"a quarter", "昨日8点一刻的帖子。", "exact-time"},
		{"all in words", "当日二十点十五分发布。", "exact-time"},
		{"minutes in words, and no word for them", "当晚八点二十左右发布。", "exact-time"},
		{"ten past", "当日晚八点十分发布。", "exact-time"},
		{"one reporter", "有1名群众举报该版块。", "few-people"},
		{"two, in words", "近日接到两起网民投诉。", "few-people"},
		{"two victims", "已有两人被骗，请处理。", "few-people"},
		{"one report, counted behind", "近日接到举报1起，涉及该版块。", "few-people"},
		{"two who were cheated, counted behind", "受害人共两名，请处理。", "few-people"},
		{"a single letter to us", "一封市民来信反映该问题。", "few-people"},
	} {
		if err := record.PassOn(c.text, "", told()); refusal(err) != c.code {
			t.Errorf("%s: %v, want %s", c.name, err, c.code)
		}
	}
}

func TestWhatMayBePassedOn(t *testing.T) {
	for name, text := range map[string]string{
		"the matter in other words": "贵站二手交易版块存在贩卖银行卡的信息，请于11月30日前清理并书面答复。",
		"many people":               "近期有12名群众举报、3起报案与贵站有关。",
		"many, counted behind":      "近日接到举报12起、投诉3件，受害人十二名，请一并处理举报一起答复。",
		"a day":                     "11月24日发布的帖子。",
		"a hotline and a law":       "依据《网络安全法》第四十七条，咨询请拨12345或0898-66110110。",
		"points, not hours":         "现提出三点要求，半月内答复；以上一点十分重要。",
		"many who were cheated":     "已有32人被骗。",
		"a ratio":                   "占比 1:3，版本 2.1。",
		"one page of theirs":        "请提交1份整改报告。",
		"nothing":                   "",
	} {
		if err := record.PassOn(text, "", told()); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestAnAuthorMayBeToldTheirOwnWords(t *testing.T) {
	const post = "二手版块出银行卡四件套，加QQ 12345678"
	reporters := []record.Told{{Teller: "a", Text: "我看到有人发：" + post}}
	text := "你发布的“" + post + "”可能违法，建议删除。"
	if err := record.PassOn(text, post, reporters); err != nil {
		t.Error(err)
	}
	if err := record.PassOn(text, "", reporters); refusal(err) != "reporters-words" {
		t.Errorf("to somebody else: %v", err)
	}
}

// The refusal names the longest place, as it stands in the text, so that it is found and mended.
func TestTheRefusalShowsWhereTheWordsStand(t *testing.T) {
	err := record.OwnWords("据反映：昨晚我在你们网站的二手版块，看到有人卖银行卡。请核查；对方自称 QQ 12345678，还转了定金。", "", told())
	if err == nil || !strings.Contains(err.Error(), "“昨晚我在你们网站的二手版块，看到有人卖银行卡”") {
		t.Errorf("%v", err)
	}
}

// A public text may say what three people met, what anybody can read, and what stands on every poster; it may not say what one
// person told us, unless its author answers for it that these are the swindler's words.
func TestPromise15_APublicTextRepeatsNoReporterUnseen(t *testing.T) {
	const script = "您的社保卡在外地异常使用，请配合警方将资金转入安全账户"
	two := []record.Told{{Teller: "a", Text: "他说" + script}, {Teller: "b", Text: script + "，我就转了"}}
	three := append(two, record.Told{Teller: "c", Text: script})
	own := []record.Told{{Teller: "a", Text: "我妈妈在小区门口被一个穿灰衣服的人骗走金镯子"}, {Teller: "a", Text: "请大家注意：不轻信陌生来电、不点击陌生链接、不透露个人信息"}}
	for name, c := range map[string]struct {
		text, known string
		told        []record.Told
		want        []string
	}{
		"what two wrote":              {"近期骗子称“" + script + "”，切勿相信。", "", two, []string{script}},
		"what three wrote":            {"近期骗子称“" + script + "”，切勿相信。", "", three, nil},
		"twice by one":                {script, "", []record.Told{two[0], two[0], two[0]}, []string{script}},
		"what stands in a post":       {"近期骗子称“" + script + "”，切勿相信。", "公开帖：" + script, two, nil},
		"one reporter's own story":    {"一位老人在小区门口被一个穿灰衣服的人骗走金镯子，请警惕。", "", own, []string{"在小区门口被一个穿灰衣服的人骗走金镯子"}},
		"with other marks in between": {"在小区门口，被一个（穿灰衣服的）人骗走 金镯子", "", own, []string{"在小区门口，被一个（穿灰衣服的）人骗走 金镯子"}},
		"a poster":                    {"请不轻信陌生来电，不点击陌生链接，不透露个人信息。", "", own, nil},
		"in words of our own":         {"有老人遭人当面行骗，损失首饰。", "", own, nil},
		"fifteen letters":             {"被一个穿灰衣服的人骗走金镯子了", "", own, nil},
	} {
		got := record.PublicWords(c.text, c.known, c.told)
		if !slices.Equal(got, c.want) {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
		if err := record.UnquotedWords(got, false); refusal(err) != map[bool]string{true: "public-words"}[len(c.want) > 0] {
			t.Errorf("%s: %v", name, err)
		}
		if err := record.UnquotedWords(got, true); err != nil {
			t.Errorf("%s, and its author answers for it: %v", name, err)
		}
	}
}
