"""What do we hold about a person, and how is it forgotten (个人信息：查阅、复制、注销)?"""
