package templates

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// folded is a text as a reader understands it, with the way back to its bytes.
type folded struct {
	runes []rune
	at    []Span // bytes of the original, one a rune
}

// span leads from runes back to bytes.
func (f folded) span(from, to int) Span { return Span{f.at[from].Start, f.at[to-1].End} }

func (f folded) String() string { return string(f.runes) }

// variants are traditional forms and misspellings of the characters the linter's words
// are made of, each before its plain form.
const variants = "" +
	"轉转 賬账 帐账 帳账 匯汇 滙汇 費费 證证 証证 驗验 験验 碼码 錢钱 繳缴 納纳 請请 錄录 録录 給给 發发 髮发 訴诉 騙骗 詐诈 員员 銀银 餘余 額额 須须 務务 盡尽 馬马 將将 會会 應应 該该 聽听 說说 説说 嗎吗 " +
	"們们 個个 為为 爲为 對对 過过 還还 這这 來来 問问 題题 時时 後后 幣币 稅税 罰罚 凍冻 結结 財财 產产 戶户 戸户 號号 認认 償偿 賠赔 損损 訊讯 報报 復复 單单 據据 動动 態态 電电 話话 點点 擊击 鏈链 絕绝 " +
	"謊谎 稱称 壓压 領领 獎奖 補补 預预 墊垫 價价 買买 賣卖 貪贪 當当 誰谁 責责 讓让 別别 無无 沒没 從从 決决 嚴严 謹谨 識识 屬属 擔担 諾诺 違违 約约 導导 誘诱 執执 絡络 統统 網网 係系 實实 際际 審审 協协 " +
	"專专 門门 關关 閉闭 開开 設设 備备 記记 條条 級级 釋释 權权 護护 醫医 機机 構构 櫃柜 儲储 貸贷 現现 總总 聯联 確确 團团 處处 辦办 離离 戰战 歸归 幫帮 憑凭 臺台 檢检 緊紧 區区 縣县 鎮镇 進进 達达 週周 " +
	"萬万 億亿 塊块 歲岁 與与 經经 種种 類类 體体 學学 師师 親亲 傳传 圖图 書书 許许 論论 試试 誤误 調调 諮咨 講讲 謝谢 變变 輸输 輕轻 較较 輛辆 遲迟 選选 鍵键 鎖锁 隨随 險险 難难 頁页 項项 順顺 頻频 顯显 " +
	"飛飞 齊齐 徵征 騷骚 擾扰 獲获 賺赚 貨货 貴贵 購购 贖赎 "

var variant = func() map[rune]rune {
	m := map[rune]rune{}
	for pair := range strings.FieldsSeq(variants) {
		r := []rune(pair)
		m[r[0]] = r[1]
	}
	return m
}()

// fold drops what is not seen, makes every form of a character one, and closes gaps inside
// Chinese words.
func fold(text string) folded {
	var f folded
	for i := 0; i < len(text); {
		r, n := utf8.DecodeRuneInString(text[i:])
		at := Span{i, i + n}
		i += n
		if r != '\n' && (unicode.IsControl(r) && r != '\t' && r != '\r' || unicode.In(r, unicode.Cf, unicode.Mn, unicode.Me)) {
			continue
		}
		for _, r := range plainForm(r) {
			f.runes, f.at = append(f.runes, r), append(f.at, at)
		}
	}
	return f.closed()
}

func plainForm(r rune) []rune {
	if v, ok := variant[r]; ok {
		return []rune{v}
	}
	switch {
	case r == '\n':
		return []rune{'\n'}
	case unicode.IsSpace(r) || r == 0x3164 || r == 0xfffd: // a blank that is a letter to Unicode
		return []rune{' '}
	case r < 0x80:
		return []rune{unicode.ToLower(r)}
	case r >= 0x4e00 && r <= 0x9fff:
		return []rune{r}
	}
	return []rune(strings.ToLower(norm.NFKC.String(string(r))))
}

// closed drops spaces and ornaments between two Chinese characters and makes any other run
// of spaces one.
func (f folded) closed() folded {
	out := folded{make([]rune, 0, len(f.runes)), make([]Span, 0, len(f.at))}
	for i := 0; i < len(f.runes); i++ {
		if gap := f.gap(i); gap > i {
			before := len(out.runes) > 0 && isHan(out.runes[len(out.runes)-1])
			if before && gap < len(f.runes) && isHan(f.runes[gap]) {
				i = gap - 1
				continue
			}
		}
		if f.runes[i] == ' ' && len(out.runes) > 0 && out.runes[len(out.runes)-1] == ' ' {
			continue
		}
		out.runes, out.at = append(out.runes, f.runes[i]), append(out.at, f.at[i])
	}
	return out
}

// gap returns the end of a run of ornaments that begins at i, or i.
func (f folded) gap(i int) int {
	for i < len(f.runes) && strings.ContainsRune(" ·.-_*~`'|/+^#•・=&@\\", f.runes[i]) {
		i++
	}
	return i
}

func isHan(r rune) bool { return unicode.Is(unicode.Han, r) }
