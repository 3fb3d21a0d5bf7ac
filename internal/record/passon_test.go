package record_test

import (
	"testing"

	"netpatrol/internal/record"
)

// told is what two reporters wrote.
func told() []string {
	return []string{"昨晚我在你们网站的二手版块看到有人卖银行卡，我加了他QQ 12345678 还转了定金", "有人招刷单"}
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
		{"one reporter", "有1名群众举报该版块。", "few-people"},
		{"two, in words", "近日接到两起网民投诉。", "few-people"},
		{"two victims", "已有两人被骗，请处理。", "few-people"},
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
	reporters := []string{"我看到有人发：" + post}
	text := "你发布的“" + post + "”可能违法，建议删除。"
	if err := record.PassOn(text, post, reporters); err != nil {
		t.Error(err)
	}
	if err := record.PassOn(text, "", reporters); refusal(err) != "reporters-words" {
		t.Errorf("to somebody else: %v", err)
	}
}
