package templates

import (
	"strings"
	"sync"
)

// tag says what a word does in a request or a warning.
type tag uint8

const (
	none        tag = iota
	pay             // asks for money by itself: 转账, pay
	move            // does so with money beside it: 缴纳 … 保证金, send … $50
	money           // what is moved
	fee             // a charge; with an amount or a duty it is a request too
	secret          // a code or password
	give            // hands over a secret
	take            // a charge is taken: 收取, charge
	neutral         // a word that only looks like one of the above
	deny            // forbids or denies what follows: 不要, never
	bare            // 不, 未: denies what follows closely
	undeny          // takes the force out of a denial before it: (不要)忘记
	scam            // 诈骗, 骗局, scam
	noScam          // 不是诈骗
	crook           // 骗子, scammers: a third party, and after a mention a verdict
	other           // some third party: 对方, someone
	us              // the sender
	you             // the reader
	report          // what a third party says or wants: 要求, tells you to
	guard           // 谨防, beware of
	cond            // 凡是, if
	response        // 挂断, hang up
	plea            // 请, 务必, please
	ask             // 需, 应, must
	urge            // 尽快, at once
	past            // 已经, already
	threat          // 冻结, or else
	quest           // 吗, did you
	consequence     // 就, 否则: what follows is the price of what was denied
	header          // 特征, 典型案例: heads a description
	comply          // 按照, follow: makes a third party's wish ours
	believe         // 相信: with a denial before it, a verdict
	remedy          // 撤回, 报警: what can be done about a transfer
	refrain         // 点, 填: with a denial before it, advice
	order           // 购买: its price may stand apart
	sum             // an amount, as found by its digits and currency
	attribute       // 您发布的, 所谓: what follows in quotation marks is somebody's words
)

// lexicon lists the words of each tag, Chinese and English; "_" stands for a space. The
// longest word wins, so that 转账记录 (neutral) is not 转账 (pay).
var lexicon = map[tag]string{
	pay: `转最后一次 转最后一笔 再转一次 再转一笔 再打一次 再打一笔 再付一次 再付一笔 再充一次 再充一笔 转一笔 打一笔 汇一笔 慷慨解囊 解囊 资助 凑一凑 补税 补费 补上税款 补足税款 付上 交上 缴上 转账 转帐 汇款 打款 付款 缴款 交款 缴费 交费 付费 收费 充值 转钱 打钱 付钱 交钱 给钱 给我钱 凑钱 汇钱 垫付 垫款 垫资 补缴 补交 补款 预付 预缴 预存 划款 划转 转款 入金 追加资金 还款 存款到 扫码付 扫码缴 发红包 发个红包 付清 缴清 结清 交齐 打过来 转过来 汇过来 打过去 转过去 汇过去 转给我 转给我们 汇给我们 打给我们 打进 打入 打到 转进 转入 转到 转至 转往 汇到 汇入 汇至 汇往 存到 存入 存进 充入 充到 代付 代缴 刷卡支付 下单付 破费 意思一下 表示一下 打赏 微信转 支付宝转 转我 转给 汇给 打给我 借我 借给我 支付 缴纳 交纳 缴付 捐款至 捐款到 捐给 捐款 捐助 赞助 打回来 转回来 转回 打回 退还我局 退还我单位 退还本单位 退到 退至 退回我局 退回到 清零 划到 划至 挪到 挪至 提到这个 打了款 付了款 转了账 汇了款 交了钱 付了钱 缴了费 交了费 下单
		pay pays paying payment payments prepay wire remit remittance remitting top_up topping_up recharge reimburse_us cash_app venmo paypal pay_up settle_the settle_your send_us_money chip_in buy_gift_cards buy_a_gift_card purchase_gift_cards transfer_it wire_it cough_up donate`,
	move: `放到 放进 放入 放在 刷到 过到 挂到 collect collects collecting 补 垫付 结清 付清 交清 缴清 凑 转 汇 付 交 缴 缴纳 交纳 上缴 上交 支付 支出 存 划 拨付 提交 缴存 补齐 补足 准备 备好 备足 筹集 凑齐 凑够 拿出 拿 取出 购买 买 送 给 扫 出 掏 打 寄 发 垫 结 退 押 存放 转移 投入 充 清偿 偿还 承担 负担 承付 扣 交给 交到 递交 交与 交付 送到 送至 打来 送来 花 订阅 开通 加购 补上 垫上 花费 汇出 转出 提取 搬 带 缴了 缴付 收取 捐 捐出 分摊 均摊 平摊 摊 贡献 上供 打点
		transfer transfers transferring send sends sending deposit deposits depositing move moving give forward submit mail put load buy purchase bring hand hand_over contribute cover settle provide clear drop deliver scan withdraw charge owe`,
	money: `钱 款 款项 资金 余额 存款 现金 人民币 美元 美金 港币 红包 购物卡 充值卡 礼品卡 油卡 加油卡 话费 比特币 虚拟币 usdt 泰达币 数字货币 数字人民币 积蓄 收款码 付款码 账户余额 全部余额 本金 贷款额度 借款 黄金 金条 外汇 零钱 打赏 定投 补助 补贴款 经费 办案经费 赃款 一分钱 这笔款 这笔钱 工资 养老金 退休金 奖金 备用金
		money funds cash savings balance dollars yuan rmb gift_card gift_cards bitcoin crypto usdt cryptocurrency voucher vouchers prepaid_card red_packet hongbao coins gold amount sum u币`,
	fee: `罚没款 罚没金 教育费 场地费 通行费 押运费 保全费 担保费 激活押金 费 费用 保证金 押金 定金 订金 手续费 工本费 服务费 解冻费 解冻金 认证金 验证金 担保金 诚意金 违约金 滞纳金 罚款 罚金 税费 税款 个税 税金 个人所得税 会费 会员费 材料费 鉴定费 保险费 保险金 律师费 办案费 办理费 追款费 劳务费 佣金 赎金 资料费 报名费 培训费 激活费 激活金 开卡费 流水费 查询费 取证费 立案费 咨询费 管理费 备案费 评估费 代办费 加急费 快递费 运费 邮费 公证费 证件费 制卡费 调解费 诉讼费 执行费 通道费 刷流水 验资 验资款 履约金 风险金 意向金 占位费 辛苦费 好处费 茶水费 喝茶费 小费 善款 尾款 首付 首款 差额 欠款 欠费 开户费 检测费 技术费 数据恢复费 维权费 转让费 入会费 年费 月费 加盟费 体检费 保管费 托管费 赔偿款 赔偿金 取保金 保释金 扣费 取保费 费用的一半 税
		fee fees charge charges fine fines tax taxes bond bail deposit deposits surcharge penalty commission tip toll dues premium handling_fee processing_fee security_deposit admin_fee retainer ransom cost costs balance_due cash_deposit`,
	secret: `有效期 卡号和有效期 卡号和密码 卡号密码 卡背三位 验证码 校验码 动态码 动态口令 动态密码 短信码 短信密码 密码 口令 支付密码 取款密码 登录密码 登陆密码 银行卡密码 cvv cvv2 安全码 付款码 授权码 随机码 六位数 6位数 六位数字 6位数字 四位数字 4位数字 确认码 识别码 激活码 otp pin 验证吗 验证玛 校验吗 动态验证码 手机码 登录码 后三位 有效期和后三位 u盾 助记词 私钥 数字 这串数字 那串数字 几位数 短信里的数字 短信上的数字 短信内容
		code codes verification_code otp otps one-time_code one-time_password passcode passcodes password passwords pin pins cvv security_code passphrase seed_phrase private_key login_details banking_details sms_code six_digits 6_digits six-digit_number digits numbers number_you_received number_you_got number_on_your number_we_sent numbers_on`,
	give: `告诉 告知 提供 发 发送 发来 发给 发我 发至 发到 发过来 回复 回 报 报给 报来 报一下 报出 输入 输 输一下 填写 填 念 念给 念一下 给我 给到 转发 截图 说 说出 说一下 讲 提交 出示 交 交出 交给 上传 录入 写 写下 敲 私信 透露 透漏 泄露 泄漏 共享 分享 核对 验证一下 确认 展示 读 读出 读一下 传 传来 反馈 登记 填报 留下 贴 亮出 打开 让我看 看一下 键入 退给 抄 多少 是多少 是什么 转给 转给我 转给我们 给一下 给我们 给民警 传过来 报过来 提供给 抄给 回传 上报 告知给 同步给
		tell give send share enter type provide read reply text quote show submit forward disclose reveal supply key_in fill_in message email let_us_have let_us_know confirm pass_on hand_over give_out state put_in post dictate paste upload say input drop need require want needs wants read_it_out what_is what's tell_us read_me copy`,
	take: `收取 收 收了 索取 扣除 扣 扣划 代收 加收 另收 先收 由您承担 由你承担 由您负担 由本人承担 您承担 自理 自付 到付 为 是 共计 合计 共 计 应缴 应付 应交 未缴 未付 未交 待缴 待付 逾期 拖欠 拒缴 拒付 拒交 欠缴 分摊
		is are of due outstanding applies apply costs payable owed owe total totals amounts_to required`,
	neutral: `交管 交管所 收费通知 收费标准 收费项目 收费名目 收费信息 收费短信 收费依据 缴费通知 缴费短信 缴费链接 缴费信息 付款通知 付款短信 付款链接 扣费通知 扣费短信 转账通知 转账短信 充值链接 转账要求 请问 防止被骗 防止受骗 避免被骗 避免上当 以防诈骗 防诈骗 反诈 反诈骗 反电诈 防范诈骗 防骗 反欺诈 为防诈骗 退还被骗 挽回被骗 追回被骗 打击诈骗 涉诈 anti-fraud anti-scam against_fraud prevent_fraud 转账记录 转账凭证 转账截图 转账流水 转账时间 转账金额 转账回单 转账信息 转账账户 转账账号 转账对象 转账方式 转账银行 转账单号 转账明细 转账情况 转账详情 转账页面 转账人 转账汇款记录 转账的记录 转账功能 转账限额 转账延迟 转账延时 延时转账 延迟转账 转账延时到账 转账到账 付款记录 付款凭证 付款截图 付款账户 付款账号 付款时间 付款金额 付款方 付款方式 付款渠道 付款页面 汇款记录 汇款凭证 汇款单 汇款时间 汇款金额 汇款账户 支付记录 支付凭证 支付截图 支付宝 支付平台 支付软件 支付方式 支付功能 支付账户 支付限额 支付机构 支付流水 移动支付 手机支付 网络支付 免密支付 小额支付 支付链接 缴费记录 缴费凭证 缴费单 充值记录 充值截图 充值凭证 收款账户 收款账号 收款人 收款方 收款单位 付款人 退款 退费 退还 退回 退赔 返还 收费站 免费 费心 消费 消费者 学费贷 话费单 浪费 费劲 费时 交警 交易 交易记录 交友 交通 交流 交往 交代 交待 社交 外交 成交 性交 转人工 转发 转告 转接 转载 转达 转变 转移注意 周转 好转 转折 汇报 汇总 汇率 汇集 词汇 存在 保存 留存 存证 库存 应付 对付 付出 准备好身份证 打电话 拨打 打110 打96110 打12345 打开 打击 打扰 打听 打算 打消 打印 打字 打开手机 打回 打死 打架 送医 送达 发布 发现 发生 发票 开发 发展 突发 出发 爆发 出现 出门 出示证件 出行 出来 出于 出国 出售 出租 出借 突出 支出 超出 给予 供给 发言 取款机 款式 款待 贷款 退货 钱财 扫黑 扫描 核对码 报案 报警 报告 举报 情报 汇报 回电 回拨 回来 回家 说明 说法 小说 据说 讲座 讲解 写明 写作 输了 输赢 读书 传播 传言 传说 改密码 修改密码 更改密码 重置密码 更换密码 重设密码 设置密码 密码锁 修改支付密码 修改登录密码 改登录密码 更改支付密码 修改银行卡密码 更改登录密码 二维码 条形码 编码 源码 代码 号码 起码 门牌号码 确认码数 特别 区别 级别 分别 个别 性别 告别 别人 类别 别的 不仅 不但 不明 不管 不论 不断 不同 不久 不良 不幸 不满 不少 不料 不禁 不止 不过 不安 不便 不详 不良信息 不明链接 不便说话 未来 未知 未成年 未成年人 非法 无论 无人机 没收 没事 没关系 没问题 别墅 是否 但是 可是 于是 还是 或是 只是 凡是 不是 是的 要是 总是 老是 就是 认为 成为 作为 行为 为了 因为 为您 为你 为何 为什么 以为 为止 为主 计划 计算 估计 会计 统计 设计 共同 公共 共享屏幕 屏幕共享 共享您的屏幕 共享手机屏幕 收到 收集 收听 收看 收入 收藏 收获 接收 没收到 买卖 购买记录 拿走 扣押 扣留 结果 结婚 结束 结构 总结 团结 押运 退出 退休 退群 划算 计划书 规划 策划 投入使用 信息 口令红包 付款后的截图 存款人 资金安全 资金损失 资金链 资金流 财产损失 钱款损失 养老钱 一分钱 血汗钱 现金流 红包封面 给孩子 给父母 给家人打 给民警打 给110打 还款记录 借款合同 交给警方 交给民警 交给派出所 提供线索 提供证据 提供截图 提供帮助 提供服务 提交材料 提交线索 提交证据 填写表格 经济损失 损失金额 被骗金额 涉案金额 涉案资金 被骗资金 被骗款 被骗的钱 被骗的款 追回 挽回 止付 紧急止付 冻结对方 冻结涉案 冻结骗子 帮您冻结 费解 服务费时 打款记录 打款截图 打款凭证 转款记录 转款凭证 付费记录 资金往来 资金流水 银行流水 交易流水 付款码截图泄露 税务 税务局 罚款单 罚单 缴费通知单真伪 押解 押送 电话费单 付诸 交底 交织 移交 转交民警 上交国家 捐款箱 报出核对码 安全码字 码头 数码 加码 筹码 支付设置 支付安全 数字化 数字证书 数字经济 阿拉伯数字 数字分析 办案经费由财政 过来 过去 过程 通过 退税 退税款 抵税 报税 个税app 就好 就行了吧 才好 被转走 转走 被转 被划走 划走 被盗刷 被骗走 被扣 被刷
		payment_record payment_records payment_receipt payment_receipts proof_of_payment payment_details payment_screenshot payment_screenshots payment_history payment_app payment_apps payment_method payment_platform payment_password pay_attention transfer_record transfer_records transfer_receipt transfer_receipts transfer_details transfer_history transfer_time transfer_slip transfers_record check_code qr_code qr_codes area_code dress_code postal_code country_code source_code code_of_conduct criminal_code change_your_password change_your_passwords change_your_pin change_the_password change_passwords reset_your_password reset_your_pin reset_your_passwords free_of_charge no_charge in_charge of_course case_number fine_print stop-payment stop_payment receiving_account their_account text_12110 move_away cash_machine free it_costs_nothing send_screenshots send_a_screenshot send_evidence at_no_cost taxi taxing quote_the_code your_bank of_your of_the of_a of_this of_any of_our of_them phone_numbers phone_number case_numbers paid_attention`,
	deny: `不要 不用 不必 不需要 不需 无需 无须 毋须 不得 不能 不可 不可以 不会 不收 不收取 不允许 不准 不许 不应 不应当 不应该 不该 不再 不存在 不向 不予 不要求 不索要 不索取 不涉及 不接受 不同意 别 勿 切勿 请勿 请不要 请别 切莫 莫 休要 千万别 千万不要 千万不能 绝不 绝不会 决不 决不会 从不 从来不 从不会 永远不会 概不 坚决不 坚决不要 均不 都不会 没有任何 并没有 从没 从未 并未 从来没有 拒绝 拒不支付高 严禁 禁止 杜绝 停止 立即停止 马上停止 立刻停止 停下 暂停 终止 中断 抵制 拒付 免收 免交 免缴 谢绝 不包括 不涉 何须 何必 不等于 不代表 不意味着 无权 没必要 没有必要 无义务 不支持 不设 少一次 不劝 不轻易 不随意 不随便 不盲目 不给 免除 取消 撤销 不理会 先别 先不要 暂不 暂时不要 更不要 更别 还没 尚未 赶紧停止 不建议 绝对不 绝对不要 绝对不会 绝对不能 别再 不要再 莫要 甭 谁也不 谁都不 任何时候都不 没人会 没有人会 无人会 不应再 也不要 也别 放弃 打消 劝阻 拦截 阻止 制止 拦下 劝止 阻断 谁要都不 保住
		do_not not never don't dont doesn't doesnt didn't won't wouldn't can't cannot shouldn't mustn't isn't aren't refuse refuses refused decline no_more no_one nobody none neither nor no no_longer no_bank no_police no_officer no_court no_need_to nothing_to needn't hasn't haven't resist rather_than instead_of refrain_from prohibited forbidden decline_to quit ignore_requests blocked`,
	bare: `险些 差点 差点儿 差一点 差一点儿 几乎 险 不 没 未 无 免 没有 尚未 还没 拒不 未能 没能 避免 免于
		avoid avoiding without stop stopped stops almost nearly`,
	undeny: `忘 忘记 忘了 忘掉 犹豫 拖延 拖欠 拖 延误 延迟 迟延 迟疑 耽误 耽搁 错过 挂断 挂电话 挂机 惊慌 慌张 慌 担心 害怕 紧张 怕 声张 外传 告诉家人 告诉别人 告诉任何人 告诉他人 跟家人说 对外说 报警 逃避 抗拒 推脱 推诿 拒绝 吝啬 舍不得 心疼 客气 怀疑 质疑 多问 多想 问 小气 逾期 迟到 晚于 超过 少于 低于 漏 遗漏 漏掉 放弃 错失 离开 关机 关闭页面 退出页面 浪费时间 等 再等 等待 磨蹭 嫌 介意 不 小看 漏交 漏缴 欠 赖 让家人知道 联系银行 相信民警以外 拒缴 拒付 拒交 少缴 迟缴 欠缴 晚交 少交 短缺
		forget hesitate delay worry panic fail miss wait be_late hang_up tell_anyone tell_your_family tell_the_bank tell_your_bank contact_the_bank talk_to be_afraid be_shy be_alarmed mind ignore refuse neglect let_this leave doubt question ask_why lose waste avoid think_twice skip underpay put_off mention_this`,
	scam: `不要碰 别碰 千万别碰 别沾 不要沾 亏得越多 越亏 亏光 赔光 越陷越深 血亏 扔钱 白送钱 等于送钱 无异于 有去无回 石沉大海 肉包子打狗 必是骗 准是骗 诈骗 骗局 骗术 骗人 骗钱 行骗 欺诈 套路 陷阱 圈套 假的 假冒 电诈 诈骗罪 洗钱 违法 犯罪 骗您 骗你 上当 受骗 被骗 是骗 不可信 冒牌 谣言 虚假 话术 手法 伎俩 把戏 幌子 忽悠 杀猪盘 坑 红线 危险信号 警报 假警察 假民警 假客服 假网站 假平台 不靠谱 有诈 有鬼 血本无归 打水漂 钱就没了 人财两空 追不回 骗走 骗取 被骗走 被盗刷
		scam scams fraud fraudulent fake trick tricks con swindle hoax phishing bogus red_flag red_flags crime criminal illegal scam's warning_sign warning_signs a_lie lies lying not_real not_genuine not_us trap money_mule ruse rip-off`,
	noScam: `不是诈骗 不是骗局 不是骗子 不是骗人 不是骗 并非诈骗 并非骗局 并不是诈骗 并不是骗局 绝非诈骗 绝非骗局 绝不是骗 非诈骗 不属于诈骗 没有骗 不会骗您 不会骗你 不骗您 不骗你 不是假的 不违法 不算违法 绝不是诈骗 绝对不是诈骗 绝不骗人 不是骗您 不是骗你
		not_a_scam not_fraud not_a_fraud no_scam isn't_a_scam is_no_scam not_fake not_a_trick not_scammers aren't_scammers no_scammers`,
	crook: `骗子 诈骗分子 诈骗团伙 诈骗集团 诈骗犯 诈骗者 诈骗人员 不法分子 犯罪分子 违法分子 犯罪嫌疑人 嫌疑人 犯罪团伙 骗子们 对方骗子 假冒者 诈骗电话 诈骗短信 诈骗网站 冒充者 冒充公检法 冒充客服 冒充民警 冒充警察 冒充领导 冒充老师 冒充网警 冒充 假扮 假借 自称 谎称 伪装 假装 仿冒 冒用 冒名 假冒客服 黑客 黑中介 蛇头 电诈分子 诱骗者
		scammer scammers fraudster fraudsters criminal_gang criminals con_artist con_artists swindler swindlers crook crooks impostor impostors imposter imposters pretending posing impersonating impersonator impersonators thieves thief cybercriminals a_scammer fake_police fake_officers`,
	other: `养老院 培训机构 店家 店铺 商城 旅行社 物业 学校 幼儿园 医院 直播间 中介机构 贷款公司 对方 他 她 他们 她们 它 有人 别人 他人 陌生人 网友 某人 某某 来电者 来电 客服 老师 导师 领导 老板 网恋对象 女友 男友 卖家 买家 中介 平台 网站 app 软件 短信 电话里 群里 群主 朋友 亲戚 同学 家人 孩子 老人 学生 市民 居民 受害人 被害人 事主 当事人 王女士 女士 先生 小姐 大爷 大妈 阿姨 奶奶 爷爷 小伙 男子 女子 青年 财务 会计 员工 职工 家长 网民 群众 村民 商户 店主 司机 小王 小李 小张 小刘 小陈 张某 李某 王某 刘某 陈某 某公司 公司 老太太 老伯 同伙 骗子的 对方称 陌生来电 陌生账户 陌生账号 一个人 谁 其 乙方 媒体 报道 帖子 博主 主播 女子称 商家 银行 境外来电 陌生电话 快递员 房东 二房东 假冒 某平台 该平台 该网站 该团伙 团伙 这类 此类 这种 那种 类似
		he she they someone somebody anyone anybody him her his their caller callers stranger strangers victim victims a_man a_woman the_man the_woman friend friends seller sellers buyer buyers recruiter employer website websites app apps platform student students people person whoever those who people_who the_other_side the_other_party a_caller one_caller it another_person mr mrs ms boss fake_bank call calls message messages email emails text_message`,
	us: `我们 我局 本局 我单位 本单位 我方 我所 本所 我 本人 俺 咱 民警 警方 警察 公安 公安局 公安机关 派出所 反诈中心 法院 检察院 专案组 专案民警 办案民警 工作人员 官方 政府 本账号 本平台 我中心 本中心 我队 我支队 支队 大队 警务 执法 局里 单位 机关 办案单位 财政 国库
		we us our i me officer officers police court our_office this_office this_account authority authorities government bureau department station the_unit`,
	you: `你 您 你们 您本人 贵 贵方 用户 客户 申请人 持卡人 缴款人 报案人 举报人 大家 各位 广大 亲 用户您 you your yourself applicant applicants customer customers everyone citizens dear`,
	report: `为名 为幌子 为诱饵 为借口 为噱头 为饵 骗 诓 诱 哄着 骗着 要求 要求您 要求你 要 要你 要您 让 让您 让你 叫 叫您 叫你 诱导 诱骗 引导 诱使 骗您 骗你 骗其 骗他 骗她 声称 宣称 号称 说是 说要 谎称 称 称要 称需 索要 催 催促 逼 逼迫 逼你 教唆 忽悠 哄 哄骗 劝 劝说 指使 指示 指令 骗取 索取 要挟 威胁 敲诈 勒索 勒令 以为由 为由 名义 借口 理由 提出 表示 诱惑 蛊惑 怂恿 欺骗 迫使 强迫 要其 让其 叫其 要他 要她 让他 让她 让人 叫人 让受害人 让家长 让学生 让老人 使其 致 通知您 通知你 发短信说 来电说 打电话说 提示 请求 开口 提到 谈到 谈钱 提钱 一提 张口 伸手 骗走 骗得 主动 反复 一再 不断要求 冒充 假冒 假借 打着 以…名义 说 说道 讲 谎说
		ask asks asked asking tell_you tells_you told told_you telling_you tells tell_them demand demands demanded demanding claim claims claimed claiming request requests requested requesting persuade persuades persuaded pressure pressures pressured trick_you tricks_you tricked convinced convince urges urged insists insisted want_you wants_you wanted instruct instructs instructed say says said make_you makes_you made lure lures lured offer offers offered promise promises promised force forces forced threaten threatens threatened coax gets_you get_you asks_for ask_for asked_for asking_for calls_for`,
	guard: `谨防 警惕 提高警惕 当心 小心 防范 提防 严防 识破 认清 揭秘 揭露 识别 注意防范 警示 辨别 看穿 拆穿 曝光 预警提示
		beware beware_of watch_out be_wary be_wary_of be_careful_of be_suspicious be_suspicious_of look_out_for guard_against`,
	header: `留意 注意 记住 牢记 常见 典型 特征 案例 提醒 预警 手段 步骤 案情 套路 话术
		warning common typical alert signs sign example examples case steps how_it_works remember note`,
	comply: `按 按照 依照 遵照 根据 依 遵从 听从 配合 照 as follow following according_to as_per comply_with`,
	cond: `凡 凡是 任何 一切 所有 如果 如 若 若是 如有 一旦 只要 但凡 遇到 遇见 碰到 接到 收到 看到 听到 倘若 假如 无论 不论 不管 哪怕 即使 万一 每当 当有人 要是 有人 谁
		if when whenever any anyone anyone_who everyone_who whoever every all unless once even_if in_case should_anyone what_if`,
	response: `问问 先问问 问一声 查证 先查 查一查 查清 先看清 看清楚 问一问 一律不付 一律不交 一律不转 一律不汇 一概不付 一概不交 坚决不付 坚决不交 坚决不转 挂断 挂电话 立即挂断 马上挂断 果断挂断 报警 拨打110 打110 不理 不理会 不予理睬 不予理会 停手 停止 拉黑 核实 先核实 求证 远离 退出 退群 卸载 举报 删除 屏蔽 拒绝 果断拒绝 当面确认 电话确认 确认身份 打电话确认 别理 不要理 不听 不信 不回 冷静 多问 问家人 告诉家人 商量 三思 提高警惕 小心 当心 警惕 谨慎 无法追回 很难追回 难以追回 追不回 咨询96110 拨打96110 打96110 留好 保存好 保存 不要慌 止付 立刻停 撤回 遮挡 直接挂 挂掉 别点 别填 别做 别去 直接删除 通个电话 问清楚 问老师 打电话问 打个电话 挂失 联系银行 及时劝阻 中断
		hang_up call_110 call_96110 refuse report_it report verify check block ignore end_the_call walk_away be_careful say_no call_the_police call_police do_not don't stop think_twice cannot_be_recovered hard_to_recover beware delete check_with ask_a_relative ask_your_family`,
	plea: `请 请您 请你 务必 烦请 麻烦 麻烦您 麻烦你 劳驾 敬请 恳请 恳求 现请 特请 望 盼 希望您 帮忙 帮我 帮我们 帮一下 能否 能不能 可否 方便 劳烦 劳您 拜托 敦促 责令 现通知 兹通知 提醒您尽快 别忘了 抓紧 按以下 以下 下方 下列
		please kindly be_sure_to remember_to make_sure could_you can_you would_you will_you may_we can_i could_i let's`,
	ask: `必须 须 需 需要 您需 您需要 您须 还需 仅需 只需 只要您 应当 应该 应 应先 得先 不得不 不能不 不可不 非得 要先 先要 可以 可 限 限您 限于 通知 建议您 建议 记得 如下 附上
		must need_to needs_to have_to has_to should required required_to you_need you'll_need ought_to simply ensure now_pay you_may you_can be_required shall`,
	urge: `尽快 立即 马上 立刻 尽早 速 速速 赶紧 赶快 抓紧 快 快点 即刻 现在 今天 今日 当日 日内 小时内 分钟内 前往 之内 以内 限期 即日 now immediately at_once right_away asap urgently quickly within before_noon by_tomorrow
		today`,
	past: `已 已经 了 过 曾 曾经 刚 刚刚 刚才 被 后来 最终 结果 先后 陆续 累计 损失 前后 当时 昨天 昨日 上周 去年 前天 今天上午 转出 paid sent transferred wired deposited remitted shared gave handed lost already have_paid has_paid had_paid was were been yesterday recently last_week 失联 消失 拉黑 联系不上 无法提现 发现 方知 才知 才知道 得知 察觉 意识到 发觉 醒悟 不见 有没有 有无 是否已 是否已经 抓获 判刑 判处 处罚 难上难 打了款 付了款 转了账 汇了款 交了钱 付了钱 缴了费 交了费 被转走 转走 被转 被划走 划走 被盗刷 被骗走 被扣 被刷
		disappeared vanished blocked_her blocked_him realised realized found_out discovered did_you have_you`,
	threat: `冻结 逮捕 抓捕 拘留 拘捕 起诉 诉讼 后果自负 通缉 立案 强制 强制执行 失信 黑名单 影响征信 征信受损 追究 追责 作废 无法解冻 不予办理 不予受理 不予立案 无法办理 无法领取 无法追回您 无法返还 不能领取 不能解冻 吊销 注销 停机 停用 封号 罚没 加倍 滞纳 自动放弃 视为放弃 坐牢 判刑 传唤 上门 或者您将 arrested arrest frozen freeze or_else otherwise warrant prosecuted jail suspended lose_your closed_case legal_action 视为 拒捕 从严 加重 移送 带人 抓人 查封 扣押您 挂着
		come_for_you`,
	quest: `吗 是否 有没有 多少 哪里 哪个 哪 几点 几号 几次 几笔 何时 什么时候 怎么 为什么 did_you have_you how_much how_many when_did which_account who_did 谁 哪些 哪家 什么 如何 怎样
		which who when`,
	consequence: `就 才 则 便 否则 不然 要不 方可 即可 才能 就能 才可 将 将被 会被 后方 or_you until or_else otherwise will_be unless`,
	believe:     `相信 轻信 听信 信 信以为真 理会 理睬 上当 理 听 照做 believe trust fall_for listen_to`,
	remedy: `撤回 无法追回 很难追回 难以追回 追不回 报警 拨打110 打110 止付 cannot_be_recovered hard_to_recover call_110 三思 谨慎 小心 当心 慎重 警惕 有风险 风险大 风险高 需谨慎 要谨慎 须谨慎 要小心 要核实
		think_twice be_careful`,
	refrain:   `点 填 做 接 扫 碰 去 给 回 下载 点击 加 开 click open answer reply`,
	order:     `购买 订阅 下单 加购 开通 办理会员 buy purchase subscribe order`,
	attribute: `您发布的 你发布的 您的帖子 你的帖子 您发的 你发的 您转发的 你转发的 所谓 所谓的 自称 声称 字样 写道 写着 内容 帖文 网传 流传 类似 诸如 例如 比如 话术 说法 信息 短信 听到 看到 出现 含有 包含 凡说 凡是说 提到 以 叫做 名为 打着 就 关于 标题 关键词 这句话 这些话 谎言 谎称 如 your_post so-called such_as words phrase phrases message saying like called about regarding the_line a_post posts text entitled hear see`,
}

// words is the lexicon made ready for look-up: first rune to the words that begin with it,
// longest first.
type words map[rune][]word

type word struct {
	runes []rune
	tags  []tag
	latin bool // begins and ends at word boundaries
}

var dictionary = sync.OnceValue(func() words {
	tags := map[string][]tag{}
	for t := pay; t <= attribute; t++ {
		for w := range strings.FieldsSeq(lexicon[t]) {
			w = string(fold(strings.ReplaceAll(w, "_", " ")).runes)
			tags[w] = append(tags[w], t)
		}
	}
	d := words{}
	for w, t := range tags {
		r := []rune(w)
		d[r[0]] = append(d[r[0]], word{runes: r, tags: t, latin: r[0] < 0x80})
	}
	d.sort()
	return d
})
