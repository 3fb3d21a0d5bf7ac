package wechat

import (
	"strconv"
	"strings"
)

// refusal says for officers why a mass send came to nothing; "": it did not. Only the event
// tells the reason, the status one can ask for does not. Source: public SDKs, of the event's Status.
func refusal(status string) string {
	if _, err := massStatus(status); err == nil || status == "" {
		return ""
	}
	reasons := map[string]string{
		"10001": "涉嫌广告", "20001": "涉嫌政治", "20004": "涉嫌社会", "20002": "涉嫌色情", "20006": "涉嫌违法犯罪", "20008": "涉嫌欺诈", "20013": "涉嫌版权",
		"22000": "涉嫌互推（互相宣传）", "21000": "涉嫌其他",
	}
	code, coded := strings.CutPrefix(strings.ToLower(strings.TrimSpace(status)), "err(")
	if !coded {
		return status
	}
	return status + "，" + or(reasons[strings.TrimSuffix(code, ")")], "平台没有说明原因") + "。引用骗术的提示可能被误判：可到后台申诉，或改写后重新提交"
}

// jobRefusal does so of publishing without notifying.
func jobRefusal(status string) string {
	n, err := strconv.Atoi(status)
	if err != nil || jobStatus(n) == nil {
		return ""
	}
	reasons := map[int]string{2: "原创审核未通过", 4: "平台审核未通过", 5: "发布后账号删除了全部文章", 6: "发布后平台封禁了全部文章"}
	return "publish_status " + status + "，" + or(reasons[n], "发布失败")
}
