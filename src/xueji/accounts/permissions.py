"""Everything a person may be allowed to do, each with a sentence. Fits on a screen, so that a dean can read it."""

from __future__ import annotations

from enum import StrEnum

from xueji.catalogue.text import Text


class Permission(StrEnum):
    """One thing that can be allowed (权限)."""

    # the student's own
    CASE_FILL = "case.fill"
    CORRECTION_REQUEST = "correction.request"
    CASE_CONFIRM = "case.confirm"
    OWN_PASSWORD = "account.own_password"
    MESSAGE_ANSWER = "message.answer"
    # college
    CASE_READ = "case.read"
    CASE_RECEIVE = "case.receive"
    CASE_EXTEND = "case.extend"
    CASE_ASK_EXTENSION = "case.ask_extension"
    CASE_REMIND = "case.remind"
    CASE_EXPORT = "case.export"
    CASE_NOMINATE = "case.nominate"
    CONFIRM_ON_BEHALF = "case.confirm_on_behalf"
    STUDENT_READ = "student.read"
    STUDENT_REVEAL = "student.reveal"
    PASSWORD_RESET = "account.password_reset"
    CORRECTION_REVIEW = "correction.review"
    MAJOR_NAME_REVIEW = "major_name.review"
    BATCH_PREPARE = "batch.prepare"
    BATCH_SIGN = "batch.sign"
    CONCLUSION_PROPOSE = "conclusion.propose"
    CONCLUSION_APPROVE = "conclusion.approve"
    CERTIFICATE_HAND_OVER = "certificate.hand_over"
    # registry
    ROSTER_IMPORT = "roster.import"
    SOURCE_IMPORT = "source.import"
    RECORD_CHANGE = "record.change"
    CAMPAIGN_MANAGE = "campaign.manage"
    CORRECTION_DECIDE = "correction.decide"
    MAJOR_NAME_DECIDE = "major_name.decide"
    BATCH_ACCEPT = "batch.accept"
    CASE_APPROVE = "case.approve"
    FILING_MAKE = "filing.make"
    FILING_OVERRIDE = "filing.override"
    CERTIFICATE_NUMBER = "certificate.number"
    CERTIFICATE_MASTER = "certificate.master"
    CERTIFICATE_RELEASE = "certificate.release"
    GRANT_ROLES = "account.grant"
    JOURNAL_READ = "journal.read"
    VAULT_KEEP = "vault.keep"
    JOB_START = "job.start"
    MESSAGE_SEND = "message.send"
    # capture
    STATION_OPERATE = "station.operate"
    SCHEDULE_MANAGE = "schedule.manage"
    PHOTO_OVERRULE = "photo.overrule"
    # archive
    ARCHIVE_RECEIVE = "archive.receive"


SENTENCES: dict[Permission, Text] = {
    Permission.CASE_FILL: Text("填写并提交自己的事项", "fill in and submit one's own case"),
    Permission.CORRECTION_REQUEST: Text("申请更正自己的学籍信息", "ask for a correction of one's own record"),
    Permission.CASE_CONFIRM: Text("确认自己的学籍信息", "confirm one's own record"),
    Permission.OWN_PASSWORD: Text("修改自己的密码", "change one's own password"),
    Permission.MESSAGE_ANSWER: Text("查收并确认自己的消息", "open and acknowledge one's own messages"),
    Permission.CASE_READ: Text("查看事项进度", "see the progress of cases"),
    Permission.CASE_RECEIVE: Text("收表、退表", "receive and return signed forms"),
    Permission.CASE_EXTEND: Text("批准个人或学院延期", "grant a personal or college extension"),
    Permission.CASE_ASK_EXTENSION: Text("为本班学生申请个人延期", "ask for a personal extension for students of the own classes"),
    Permission.CASE_REMIND: Text("提醒未完成的学生", "remind those who have not finished"),
    Permission.CASE_EXPORT: Text("导出名单和统计", "export lists and figures"),
    Permission.CASE_NOMINATE: Text("上报名单外的学生", "report students outside the lists"),
    Permission.CONFIRM_ON_BEHALF: Text("代为登记学生的确认", "register a student's confirmation on behalf"),
    Permission.STUDENT_READ: Text("查看学生的学籍信息（脱敏）", "see students' records, masked"),
    Permission.STUDENT_REVEAL: Text("查看完整的敏感信息（记入操作记录）", "reveal a sensitive value (journaled)"),
    Permission.PASSWORD_RESET: Text("重置学生密码", "reset a student's password"),
    Permission.CORRECTION_REVIEW: Text("学院审核更正申请", "review correction requests for the college"),
    Permission.MAJOR_NAME_REVIEW: Text("审核本院专业英文名", "review the English names of the college's majors"),
    Permission.BATCH_PREPARE: Text("生成并冻结学院表册", "prepare and freeze a college sheet"),
    Permission.BATCH_SIGN: Text("代表学院签字", "sign for the college"),
    Permission.CONCLUSION_PROPOSE: Text("提出毕业结论", "propose a conclusion"),
    Permission.CONCLUSION_APPROVE: Text("批准毕业结论", "approve a conclusion"),
    Permission.CERTIFICATE_HAND_OVER: Text("发放证书并登记签收", "hand over certificates"),
    Permission.ROSTER_IMPORT: Text("导入名册", "import a roster"),
    Permission.SOURCE_IMPORT: Text("导入学信网等外部数据", "import CHSI and other sources"),
    Permission.RECORD_CHANGE: Text("变更学籍记录", "change a student record"),
    Permission.CAMPAIGN_MANAGE: Text("开启、补充、关闭通知", "open, supplement and close notices"),
    Permission.CORRECTION_DECIDE: Text("学校审定更正申请", "decide correction requests for the school"),
    Permission.MAJOR_NAME_DECIDE: Text("审定专业英文名", "decide English major names"),
    Permission.BATCH_ACCEPT: Text("接收或退回学院表册", "accept or return a college sheet"),
    Permission.CASE_APPROVE: Text("审核名单外学生的申请", "approve students outside the lists"),
    Permission.FILING_MAKE: Text("生成报库文件", "make a filing"),
    Permission.FILING_OVERRIDE: Text("批准报库规则的容差", "approve a tolerance of a filing rule"),
    Permission.CERTIFICATE_NUMBER: Text("编证书号", "allocate certificate numbers"),
    Permission.CERTIFICATE_MASTER: Text("管理证书模板", "manage certificate masters"),
    Permission.CERTIFICATE_RELEASE: Text("放行印制", "release a print run"),
    Permission.GRANT_ROLES: Text("授予角色", "grant roles"),
    Permission.JOURNAL_READ: Text("查阅操作记录", "read the journal"),
    Permission.VAULT_KEEP: Text("保管和清除加密文件", "keep and purge encrypted files"),
    Permission.JOB_START: Text("启动后台任务", "start background work"),
    Permission.MESSAGE_SEND: Text("发送通知消息", "send messages"),
    Permission.STATION_OPERATE: Text("操作采集台", "operate a capture station"),
    Permission.SCHEDULE_MANAGE: Text("安排采集场次", "arrange capture sessions"),
    Permission.PHOTO_OVERRULE: Text("推翻照片检测结论（写明理由）", "overrule a photo finding with a reason"),
    Permission.ARCHIVE_RECEIVE: Text("档案室接收证书", "receive certificates for the archive"),
}
