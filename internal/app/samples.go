package app

import (
	"netpatrol/bots"
	"netpatrol/internal/config"
	"netpatrol/internal/record"
	"netpatrol/internal/web/view"
	"netpatrol/templates"
)

// samples stand for what a message is filled with, so that whoever approves a text ahead
// of time reads it as a citizen would. The table never changes.
var samples = map[string]string{
	"Reference": "460100-20261125-004217-X",
	"Proof":     "收件凭证（第1版）\n编号：460100-20261125-004217-X\n说明：……它不是受案回执，也不表示已经立案。\n签名：……",
	"Title":     "警惕冒充客服退款骗局",
	"Text":      "（正文写在这里）",
	"Post":      "刷单返利日结，每单佣金5%",
	"Why":       "提到先做任务再返佣金，与刷单骗局一致。",
	"Earlier":   "（此前发出的内容）",
	"Hotline":   "12345",
	"Minutes":   "15",
	"Account":   "haikou",
	"Name":      "刷单返利",
	"Signs":     "前几单小额返现，之后要连做几单、补单才让提现",
	"Advice":    "要先垫钱的兼职一律停手",
	"Threshold": "3000",
	"By":        "海滨市公安局网络安全保卫支队",
	"Notice":    "B4N7Q2RS",
	"Date":      "2026年3月1日",
	"Day":       "2026-03-01",
	"Category":  "诈骗",
	"Note":      "同一账号一天发了二十多个同样的帖子。",
	"Site":      "椰风社区",
	"Points":    "一、交流区有招募刷单的广告，首页可以直接点到。",
	"Deadline":  "2026年12月10日",
	"Sent":      "2026年11月25日",
	"Anchor":    "（审计链末端的摘要和签名）",
	"Days":      "365",

	"ReadAmount": "30000", "ReadTime": "昨晚8点", "ReadPayee": "王某", "ReadApp": "稳赢", "ReadSite": "wenying[.]example",
	"ReadAccount": "0128", "ReadCard": "4321", "ReadPhone": "8000", "ReadWeChat": "oshi", "ReadQQ": "6789", "ReadAlipay": "8001",
	"ReadWallet": "9fE2", "ReadCoins": "200 USDT", "ReadContact": "k_88",
}

// listTemplates lists the texts, each as it reads in the station's language. A text that
// cannot be rendered has no sample; it was rehearsed when it was loaded, so that does not happen.
func (a *App) listTemplates() []view.Template {
	var all []view.Template
	for _, t := range a.writer.set.Names() {
		text, err := a.writer.sample(t, a.o.Config.Unit)
		if err != nil {
			a.o.Log.Error("a text has no sample", "template", t.Name, "err", err)
		}
		all = append(all, view.Template{Name: t.Name, Rev: t.Rev, Purpose: bots.Purpose(t.Purpose), Description: t.Description, Sample: text})
	}
	return all
}

// sample renders a text with sample values. What answers a person may leave by itself under
// a standing approval, and then says so.
func (w writer) sample(t templates.Info, unit config.Unit) (string, error) {
	vars := map[string]string{}
	for _, v := range t.Vars {
		vars[v] = samples[v]
		if vars[v] == "" {
			vars[v] = "（" + v + "）"
		}
	}
	vars["Unit"], vars["Code"], vars["Automatic"] = unit.Name, previewCode, ""
	if record.Solicited(bots.Purpose(t.Purpose)) {
		vars["Automatic"] = "true"
	}
	r, err := w.Render(unit.Language, t.Name, vars)
	return r.Text, err
}
