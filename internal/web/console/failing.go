package console

import (
	"maps"
	"slices"
	"strings"

	"netpatrol/internal/record"
)

// failing is one thing that fails, or failed, of an account.
type failing struct {
	Did   string // what was being done
	Means string // what the failure means
	Do    string // who does what about it
	Raw   string // in the words of the platform or the adapter
}

// failings are what keeps failing of an account, by source.
func failings(p *record.Pulse) (all []failing) {
	if p == nil {
		return nil
	}
	for _, source := range slices.Sorted(maps.Keys(p.Trouble)) {
		all = append(all, failingOf(source, p.Trouble[source], p.Kinds[source]))
	}
	return all
}

// pastFailing is what failed last and is over; nil: nothing did, or it is among what keeps failing.
func pastFailing(p *record.Pulse) *failing {
	if p == nil || p.Failed.IsZero() {
		return nil
	}
	source, why, _ := strings.Cut(p.Failure, ": ")
	if now, still := p.Trouble[source]; still && now == why {
		return nil
	}
	f := failingOf(source, why, p.FailureKind)
	if source != "send" { // what is read shows among the trouble while it fails; of a send nobody says that it goes again
		f.Do = "已经恢复，不用处理。"
	}
	return &f
}

func failingOf(source, raw, kind string) failing {
	w, known := failureWords[kind]
	if !known {
		w = failureWords[""]
	}
	return failing{didSource(source), w[0], w[1], raw}
}

// failureWords are what each [record.FailureKind] means, and what to do about it.
var failureWords = map[string][2]string{
	"":                     {"出错了，原因没有归类", "请管理员用 netpatrol accounts doctor 逐项检查这个账号。"},
	"auth expired":         {"平台不再接受这个账号的授权", "请管理员到平台上重新授权，把新的令牌写进配置，再重启服务。待发的内容会一直留着。"},
	"account blocked":      {"平台停用或限制了这个账号", "请账号负责人登录平台看通知，按平台的办法申诉或解封。待发的内容会一直留着。"},
	"rate limited":         {"调用太频繁，平台让稍后再来", "不用处理，到了平台允许的时间会自动再试。若天天如此，请管理员把配置里的 poll 调长，或少看几个来源。"},
	"rejected":             {"平台不接受这样的调用", "多半是缺权限，或配置写错了：请管理员运行 netpatrol accounts doctor，按它说的补上。"},
	"unsupported":          {"这个账号没有开通这项能力", "请管理员到平台上开通，或把这个来源从配置的 watch 里去掉。"},
	"gone":                 {"要读的内容在平台上已经没有了", "请管理员核对配置里的 watch：话题或版块可能已经改名或删除。"},
	"window closed":        {"平台现在不让给对方发私信", "请在“待发”里看这一条，改用别的方式联系。"},
	"not sent/not written": {"连不上平台", "请网络管理员检查本机的网络、域名解析和出口代理，并核对配置里的 base_url。恢复后会自动补读。"},
	"not sent/written":     {"平台没有回应", "多半是网络不稳或平台太忙，会自动再试。超过半小时，请网络管理员检查出口。"},
	"not sent/answered":    {"平台自己出了错", "多半是平台在维护，会自动再试。超过半小时，请联系平台。"},
	"unknown/not written":  {"没有连成，原因不明", "会自动再试。超过半小时，请网络管理员检查本机的网络和出口代理。"},
	"unknown/written":      {"已经交给平台，没有等到回应", "读取会自动再试；发送不会重发，结果不明的会列出来，由值班民警核对。"},
	"unknown/answered":     {"平台的回答看不明白", "平台的接口可能改了。请管理员运行 netpatrol accounts doctor，并把下面的原文交给维护人员。"},
}

// didSource says what of an account fails.
func didSource(source string) string {
	if did, ok := map[string]string{"open": "账号打不开", "send": "发送失败", "identity": "核对身份失败", "stream": "推送连接失败"}[source]; ok {
		return did
	}
	kind, of, _ := strings.Cut(source, ":")
	if what, ok := sourceWords[kind]; ok {
		if of != "" {
			what += "“" + of + "”"
		}
		return what + "读取失败"
	}
	return source + " 读取失败"
}

// sourceWords are the sources that adapters poll.
var sourceWords = map[string]string{
	"mentions": "提及", "comments": "评论", "comment-mentions": "评论里的提及", "messages": "私信", "filtered": "被平台过滤的提及", "posts": "新帖", "threads": "版块", "notices": "站内提醒",
	"tag": "话题", "timeline": "账号动态", "search": "搜索", "feed": "订阅", "staff": "人工客服记录", "handovers": "移交答复",
}
