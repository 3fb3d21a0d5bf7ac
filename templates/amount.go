package templates

import (
	"strings"
)

// amount finds a sum of money: a number with a currency before or behind it, or one that is to be
// sent over (转 2000 过来).
func amount(text []rune, i int) (int, tags) {
	j := i
	sign := strings.ContainsRune("¥$£€", text[j])
	if sign {
		j++
	}
	from := j
	j = number(text, j)
	if j == from || from > 0 && inWord(text, from-1) {
		return 0, 0
	}
	rest := strings.TrimPrefix(string(text[j:min(j+9, len(text))]), " ")
	for _, unit := range currencies {
		if strings.HasPrefix(rest, unit) {
			return j + len([]rune(unit)) - i, 1<<money | 1<<sum
		}
	}
	if sign || text[j-1] == '万' && text[from] != '千' && text[from] != '百' && j-from > 1 || sentOver(text, from, rest) {
		return j - i, 1<<money | 1<<sum
	}
	return 0, 0
}

var currencies = [...]string{"元", "块", "人民币", "美元", "美金", "港币", "现金", "usdt", "rmb", "yuan", "dollars", "cny"}

// number returns the end of a number in digits or Chinese numerals that begins at i.
func number(text []rune, i int) int {
	digit := func(r rune) bool { return r >= '0' && r <= '9' }
	from := i
	for i < len(text) {
		r := text[i]
		inner := i > from && strings.ContainsRune(",. ", r) && i+1 < len(text) && digit(text[i+1])
		if !digit(r) && !inner && !strings.ContainsRune("零一二三四五六七八九十百千万两几半", r) && (i == from || !strings.ContainsRune("kw多余", r)) {
			break
		}
		i++
	}
	return i
}

// sentOver: 转 2000 过来, 充 500 到.
func sentOver(text []rune, from int, rest string) bool {
	before := strings.TrimRight(string(text[max(0, from-2):from]), " ")
	if before == "" || !strings.ContainsRune("转汇打付交充借存", []rune(before)[len([]rune(before))-1]) {
		return false
	}
	if n := text[from:number(text, from)]; isLarge(n) && !startsCounter(rest) {
		return true
	}
	for _, to := range []string{"过来", "给", "到", "过去", "进来"} {
		if strings.HasPrefix(rest, to) {
			return true
		}
	}
	return false
}

// isLarge says whether a bare number behind a verb of paying can only be a sum. Hotlines have three
// or five digits: 转12345, 打110.
func isLarge(n []rune) bool {
	if n[0] >= 0x80 {
		return len(n) > 1 && strings.ContainsRune("百千万", n[len(n)-1])
	}
	hotline := (len(n) == 3 || len(n) == 5) && (n[0] == '1' || n[0] == '9')
	return len(n) >= 3 && len(n) <= 7 && !hotline
}

func startsCounter(rest string) bool {
	return rest != "" && strings.ContainsRune("次人个天年月日号笔遍家名条件份位种元", []rune(rest)[0])
}
