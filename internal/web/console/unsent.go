package console

import (
	"strings"

	"netpatrol/internal/record"
)

// unsentWords are why a package did not reach its unit, by what the system's own words hold. The first that fits
// counts.
var unsentWords = []struct{ holds, says string }{
	{"not what an officer approved", "内容与批准的不一致，没有送出"},
	{"is not confirmed: set it live", "还没有两名同志确认对方系统的账号，请到“账号”页切换为正式"},
	{"the other side takes no packages", "对方系统连不上，或不接收移交"},
	{"is no longer configured", "配置里已经没有这个单位的送达方式"},
	{"write package", "文件夹写不进去"},
	{": unknown", "送出后没有收到对方系统的回执；再送时用同一编号，不会重复"},
	{": auth expired", "对方系统不认签名，请核对密钥"},
	{": rejected", "对方系统拒收"},
	{": rate limited", "对方系统要求稍后再送"},
	{": not sent", "没有连上对方系统"},
}

// unsentWord is why a package did not reach its unit, for people. What is not known stays as it is.
func unsentWord(problem string) string {
	for _, w := range unsentWords {
		if strings.Contains(problem, w.holds) {
			return w.says
		}
	}
	return problem
}

// wayWord is by what way a package goes.
func wayWord(way string) string {
	return word(map[string]string{record.ByPage: "链接，对方在网页上查看和答复", record.ByFolder: "签名文件，单向导入，凭回执登记", record.ByBridge: "直接送到对方系统，对方在系统里答复"}, way)
}
