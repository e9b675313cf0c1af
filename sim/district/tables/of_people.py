"""The tables of teachers and students, declared."""

from sim.agents.school import ENTRY_GRADE, JUNIOR
from sim.agents.teacher import BACKBONE, SUBJECTS
from sim.district.tables.of_places import CHINESE_DIGITS, GRADES, LEVEL_WORDS
from sim.district.tables.schema import Table, amount, text, whole, word, yes_no

_SCHOOL = text(
    "学校 学校名称 校名 任教学校 就读学校 所在学校 school_name",
    "name or code of the school, as in schools",
    needed=True,
    filled=True,
)
_NUMBER = text(
    "编号 工号 学号 学籍号 身份证号 code",
    "any number or code that nobody else has; only to find who is listed twice, and not kept",
)
_JUNIOR_GRADES = {
    grade: f"初{CHINESE_DIGITS[grade - ENTRY_GRADE[JUNIOR]]}" for grade in GRADES[ENTRY_GRADE[JUNIOR] - 1 :]
}

TEACHERS = Table(
    "teachers",
    "教师",
    "a row a teacher in post; a school is listed with all its teachers or not at all",
    {
        "school": _SCHOOL,
        "id": _NUMBER,
        "level": word("学段 任教学段", LEVEL_WORDS, "where they teach; needed at a nine-year school"),
        "subject": word(
            "学科 任教学科 科目",
            {
                0: f"{SUBJECTS[0]} 语文 chinese",
                1: f"{SUBJECTS[1]} 数学 maths math",
                2: f"{SUBJECTS[2]} 英语 外语 道德与法治 政治 思想品德 历史 地理 english",
                3: f"{SUBJECTS[3]} 体育 音乐 美术 艺术 体育与健康 舞蹈 书法",
                4: f"{SUBJECTS[4]} 科学 信息技术 信息科技 物理 化学 生物 劳动 综合实践",
            },
            "main subject",
        ),
        "female": yes_no("性别 gender sex", "woman", yes="女 female f", no="男 male m"),
        "age": whole("年龄", "years", 18, 75, "age"),
        "experience": whole("教龄 years_of_teaching", "years", 0, 55, "years of teaching"),
        "years_here": whole("本校任教年限 在本校年限 本校教龄", "years", 0, 55, "years at this school"),
        "degree": word(
            "学历 最高学历 education",
            {
                0: "secondary 中专 中师 高中 高中阶段",
                1: "associate 专科 大专",
                2: "bachelor 本科 大学 大学本科 学士",
                3: "master 硕士 研究生 硕士研究生 doctor 博士 博士研究生",
            },
            "highest degree",
        ),
        "title": word(
            "职称 专业技术职务",
            {
                0: "none 无 未定级 未评 见习",
                1: "junior 初级 二级 三级 二级教师 三级教师",
                2: "middle 中级 一级 一级教师",
                3: "senior 高级 副高 副高级 高级教师 正高 正高级 正高级教师",
            },
            "title",
        ),
        "backbone": word(
            "骨干教师 骨干 骨干级别 骨干教师级别",
            {
                0: f"{BACKBONE[0]} 无 否 不是 no",
                1: f"{BACKBONE[1]} 校级",
                2: f"{BACKBONE[2]} 区级 县级 县区级 区县级",
                3: f"{BACKBONE[3]} 市级 省级 国家级 特级",
            },
            "highest backbone title (骨干教师)",
        ),
    },
    of_persons=True,
)

STUDENTS = Table(
    "students",
    "学生",
    "a row a student; a school is listed with all its students or not at all",
    {
        "school": _SCHOOL,
        "id": _NUMBER,
        "grade": word(
            "年级",
            {
                grade: f"{grade} {digit}年级 {grade}年级 grade{grade} {_JUNIOR_GRADES.get(grade, '')}"
                for grade, digit in zip(GRADES, CHINESE_DIGITS, strict=True)
            },
            "grade",
            needed=True,
        ),
        "class": text("班级 班 行政班 classroom class_name", "class within the school and grade"),
        "migrant": yes_no("随迁子女 是否随迁 是否随迁子女 进城务工人员随迁子女", "child of migrant workers"),
        "left_behind": yes_no("留守儿童 是否留守 是否留守儿童", "left-behind child"),
        "ses": amount("家庭社会经济地位 escs", "SD", -10, 10, "socio-economic status of the family"),
        "score": amount(
            "成绩 总分 测试成绩 学业成绩 marks",
            "marks",
            -100_000,
            100_000,
            "a test score, on any scale; it is standardised within the grade",
        ),
    },
    of_persons=True,
)
